package rpc_test

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// stall has a method on subjects that the test chooses.
type stall struct {
	all []entrypoint.Binding
}

// Entrypoints returns the bindings of the test.
func (s *stall) Entrypoints() []entrypoint.Binding { return s.all }

// One is reached.
func (*stall) One(string) {}

func TestMistakesOfSubjectsAreFoundBeforeAnythingStarts(t *testing.T) {
	for _, tt := range []struct {
		tag  string
		want []string
	}{
		{`queue:"a"`, []string{`tag key "subject" is missing`}},
		{`subject:"svc.foo"`, []string{`have "svc.foo"`, `does not begin with "svc"`, "broker.namespace"}},
		{`subject:"$SYS.x"`, []string{`have "$SYS.x"`, "does not begin with $ or _"}},
		{`subject:"_INBOX.x"`, []string{`have "_INBOX.x"`, "does not begin with $ or _"}},
		{`subject:">"`, []string{"takes in the subjects of others", `"foo.>"`}},
		{`subject:"*.foo"`, []string{"takes in the subjects of others"}},
		{`subject:"foo..get"`, []string{`with the word ""`, "between single dots"}},
		{`subject:"foo."`, []string{`with the word ""`}},
		{`subject:"foo.>.get"`, []string{`with the word ">"`, "> at the end"}},
		{`subject:"foo.ba*"`, []string{`with the word "ba*"`}},
		{`subject:"foo.a b"`, []string{`with the word "a b"`}},
		{`subject:"foo.\x00"`, []string{`with the word "\x00"`}},
		{`subject:"foo.` + strings.Repeat("x", 65) + `"`, []string{"1 to 64 letters"}},
		{`subject:"foo` + strings.Repeat(".x", 300) + `"`, []string{"have 603 bytes, want at most 512"}},
		{`subject:"foo" queue:"a.b"`, []string{`tag key queue: have "a.b"`}},
		{`subject:"foo" name:"a b"`, []string{`tag key name: have "a b"`}},
		{`subject:"foo" args:"a,b"`, []string{"tag key args: have 2 names", "1 parameters of One"}},
		{`subject:"foo" qeue:"x"`, []string{`unknown tag key "qeue"`, "queue"}},
	} {
		t.Run(tt.tag[:min(len(tt.tag), 40)], func(t *testing.T) {
			err := startErr(t, &stall{[]entrypoint.Binding{entrypoint.Bind(rpc.Subject{}, (*stall).One, reflect.StructTag(tt.tag))}})
			wantText(t, err, append(tt.want, "subjectdeclare_test.go:")...)
		})
	}
}

func TestNamespaceThatIsConfiguredIsNotForSubjects(t *testing.T) {
	one := func(subject string) *stall {
		return &stall{[]entrypoint.Binding{entrypoint.Bind(rpc.Subject{}, (*stall).One, reflect.StructTag(`subject:"`+subject+`"`))}}
	}
	wantText(t, startErr(t, svctest.Config("broker: {namespace: prod}"), one("prod.foo")), `does not begin with "prod"`)
	if err := startErr(t, svctest.Config("broker: {namespace: prod}"), one("svc.foo")); err != nil {
		t.Errorf("have %v, want none", err)
	}
}

func TestSubjectsOfOneServiceDoNotShareMessagesByChance(t *testing.T) {
	for _, tt := range []struct {
		a, b   string
		shared bool
	}{
		{"foo.get", "foo.get", true},
		{"foo.*", "foo.get", true},
		{"foo.>", "foo.a.b", true},
		{"foo.a.*", "foo.*.b", true},
		{"foo.*.b", "foo.>", true},
		{"foo.get", "foo.post", false},
		{"foo.*", "foo.a.b", false},
		{"foo.>", "foo", false},
		{"foo.*.a", "foo.*.b", false},
		{"foo", "fo", false},
	} {
		bind := func(subject, queue string) entrypoint.Binding {
			return entrypoint.Bind(rpc.Subject{}, (*stall).One, reflect.StructTag(`subject:"`+subject+`" queue:"`+queue+`"`))
		}
		err := startErr(t, &stall{[]entrypoint.Binding{bind(tt.a, "w"), bind(tt.b, "w")}})
		if (err != nil) != tt.shared {
			t.Errorf("%s and %s: have %v, want an error: %v", tt.a, tt.b, err, tt.shared)
		}
		if tt.shared {
			wantText(t, err, "by chance", tt.a, tt.b)
		}
		if err := startErr(t, &stall{[]entrypoint.Binding{bind(tt.a, "w"), bind(tt.b, "v")}}); err != nil {
			t.Errorf("%s and %s in two queues: have %v, want none", tt.a, tt.b, err)
		}
	}
}

func TestSubjectOfIsEmptyElsewhere(t *testing.T) {
	if got := rpc.SubjectOf(context.Background()); got != "" {
		t.Errorf("have %q", got)
	}
}
