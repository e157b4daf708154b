//go:build linux

package scenarios_test

import (
	"fmt"
	"regexp"
	"testing"
	"time"
)

// A story is what happens to the users of examples/social, one row after the other. On
// the way each of the three processes is killed, and started again.
type story struct {
	*tour
	t    *testing.T // of the row; what runs is the tour's, and ends with the story
	a, b string     // u_ids of two users
}

func TestSocialFromS22ToS34(t *testing.T) {
	t.Parallel()
	s := &story{tour: openTour(t)}
	s.folder = "social"
	for _, chapter := range []struct {
		name string
		tell func(s *story)
	}{
		{"S22 three services in processes of their own", (*story).s22},
		{"S23 the document and its page", (*story).s23},
		{"S24 a user registers", (*story).s24},
		{"S25 another user registers", (*story).s25},
		{"S26 an email is registered once", (*story).s26},
		{"S27 without email nobody is called", (*story).s27},
		{"S28 without u_id or article_u_id nobody is called", (*story).s28},
		{"S29 an unknown user cannot comment and nothing is pushed", (*story).s29},
		{"S30 the author is told of a comment", (*story).s30},
		{"S31 an unknown author is not told", (*story).s31},
		{"S32 two values travel", (*story).s32},
		{"S33 one chain of calls", (*story).s33},
		{"S34 two hashes in Redis", (*story).s34},
	} {
		if !t.Run(chapter.name, func(t *testing.T) {
			s.t = t
			chapter.tell(s)
		}) {
			return // the rows that follow need this one
		}
	}
}

func (s *story) s22() { s.all("push", "api", "register") }

func (s *story) s24() {
	s.a = s.registers(`{"country":"CN","email":"nameko@nameko.com","language":"ZH","name":"xiaohua","timestamp":1553652949}`)
	s.crash("api")
	s.ready()
}

func (s *story) s25() {
	s.b = s.registers(`{"country":"CN","email":"nameko2@nameko.com","language":"ZH","name":"xiaohua","timestamp":1553652949}`)
	if s.a == s.b {
		s.t.Errorf("have %s for both users, want two u_ids", s.a)
	}
}

func (s *story) s26() {
	s.answers("register", `{"country":"CN","email":"nameko@nameko.com","language":"ZH","name":"xiaohua","timestamp":1553652949}`,
		`{"code":10001,"data":{"u_id":"`+s.a+`"},"message":"already registered."}`)
}

// Nobody is there to be called.
func (s *story) s27() {
	s.kill("register")
	for _, body := range []string{`{"country":"CN","language":"ZH","name":"xiaohua","timestamp":1553652949}`, `{"email":""}`, `{"email":null}`} {
		s.answers("register", body, `{"code":10000,"data":"","message":"email is null."}`)
	}
}

// Nor here.
func (s *story) s28() {
	s.kill("push")
	for _, body := range []string{
		`{"timestamp":1553652949,"content":"very good.","article_id":100,"article_u_id":` + s.a + `}`,
		`{"timestamp":1553652949,"u_id":"` + s.b + `","content":"very good.","article_id":100}`,
	} {
		s.answers("comment", body, `{"code":10003,"data":"","message":"article_u_id or u_id is null."}`)
	}
}

func (s *story) s29() {
	s.travel("register").await("msg=started", 1)
	s.answers("comment", `{"timestamp":1553652949,"u_id":"1","content":"very good.","article_id":100,"article_u_id":`+s.a+`}`,
		`{"code":10004,"data":"","message":"You need to register to comment."}`)
	s.travel("push").await("msg=started", 1)
}

func (s *story) s30() {
	s.comments(`{"timestamp":1553652949,"u_id":"` + s.b + `","content":"very good.","article_id":100,"article_u_id":` + s.a + `}`)
	s.logs("api", "Push Message: article_u_id: "+s.a)
	s.logs("api", "push result: True, message: push success.")
	s.logs("api", "Save Comment Data: article_id: 100 content: very good.")
	s.logs("push", "Push Progress: u_id: "+s.a+" language: ZH, country: CN, content: very good.")
	s.comments(`{"u_id":"` + s.b + `","content":"as text","article_id":101,"article_u_id":"` + s.a + `"}`)
	s.logs("push", "Push Progress: u_id: "+s.a+" language: ZH, country: CN, content: as text")
}

func (s *story) s31() {
	s.comments(`{"timestamp":1553652949,"u_id":"` + s.b + `","content":"hello?","article_id":102,"article_u_id":1}`)
	s.logs("push", "User:1 not existed.")
	s.logs("api", "push result: False, message: not registered.")
	s.logs("api", "Save Comment Data: article_id: 102 content: hello?")
	s.called("push.push", `[false,"not registered."]`, "u_id=1", "content=hello")
}

var (
	newUser    = regexp.MustCompile(`^{"code":0,"data":{"u_id":"([7-9]\d{6})"},"message":""}$`)
	newComment = regexp.MustCompile(`^{"code":0,"data":{"comment_id":(\d+)},"message":""}$`)
)

// asks sends a body to the API, and returns what it answers.
func (s *story) asks(what, body string) string {
	s.t.Helper()
	return s.types(fmt.Sprintf(`curl -f -d '%s' localhost:5000/api/v1/%s`, body, what))
}

func (s *story) answers(what, body, want string) {
	s.t.Helper()
	if have := s.asks(what, body); have != want {
		s.t.Errorf("%s %s: have %s, want %s", what, body, have, want)
	}
}

// registers registers somebody who is new.
func (s *story) registers(body string) (uID string) {
	s.t.Helper()
	answer := s.asks("register", body)
	groups := newUser.FindStringSubmatch(answer)
	if groups == nil {
		s.t.Fatalf("register %s: have %s, want %s", body, answer, newUser)
	}
	return groups[1]
}

// comments sends a comment that is taken.
func (s *story) comments(body string) {
	s.t.Helper()
	began, answer := time.Now().Unix(), s.asks("comment", body)
	groups := newComment.FindStringSubmatch(answer)
	if groups == nil {
		s.t.Fatalf("comment %s: have %s, want %s", body, answer, newComment)
	}
	if at := int64(number(s.t, groups[1])); at < began || at > time.Now().Unix() {
		s.t.Errorf("comment %s: have the comment_id %d, want the time, %d", body, at, began)
	}
}

// called checks what a method returns to svc call.
func (s *story) called(method, want string, args ...string) {
	s.t.Helper()
	if have := s.prints(append([]string{"call", method}, args...)...); have != want {
		s.t.Errorf("%s%q: have %s, want %s", method, args, have, want)
	}
}

// logs waits until a service has said something.
func (s *story) logs(service, message string) {
	s.t.Helper()
	s.processes[service].await(`msg="`+regexp.QuoteMeta(message)+`" service=`+service+" ", 1)
}
