package api_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/examples/social/api"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

const (
	registerPath = "/api/v1/register"
	commentPath  = "/api/v1/comment"
)

var newUser = regexp.MustCompile(`^{"code":0,"data":{"u_id":"([7-9]\d{6})"},"message":""}$`)

// join registers a user over HTTP.
func join(t *testing.T, w *svctest.World, email string) (uID string) {
	t.Helper()
	body := fmt.Sprintf(`{"country":"CN","email":%q,"language":"ZH","name":"xiaohua","timestamp":1553652949}`, email)
	_, answer := post(t, w, registerPath, body)
	groups := newUser.FindStringSubmatch(answer)
	if groups == nil {
		t.Fatalf("POST %s %s: have %s, want %s", registerPath, body, answer, newUser)
	}
	return groups[1]
}

func TestUserRegistersOnce(t *testing.T) {
	t.Parallel()
	w := social(t)
	first, second := join(t, w, "nameko@nameko.com"), join(t, w, "nameko2@nameko.com")
	if first == second {
		t.Errorf("have %s for both, want two", first)
	}
	wantAnswer(t, w, registerPath, `{"email":"nameko@nameko.com"}`, `{"code":10001,"data":{"u_id":"`+first+`"},"message":"already registered."}`)
}

func TestCommentIsPushedInOneChainOfCalls(t *testing.T) {
	t.Parallel()
	w := social(t)
	author, reader := join(t, w, "nameko@nameko.com"), join(t, w, "nameko2@nameko.com")
	pushed := w.Expect("push", "Push")
	found := w.Expect("register", "Find", func(e service.CallEnded) bool { return len(e.Call.Parents) == 2 })
	callID, answer := post(t, w, commentPath, fmt.Sprintf(
		`{"timestamp":1553652949,"u_id":%q,"content":"very good.","article_id":100,"article_u_id":%s}`, reader, author))
	wantComment(t, answer)
	push := pushed.Wait().Call
	if diff := cmp.Diff([]string{callID, push.ID}, found.Wait().Call.Parents); diff != "" {
		t.Errorf("calls that led to register: - want, + have:\n%s", diff)
	}
	wantLines(t, w.Log(),
		"Push Message: article_u_id: "+author,
		"Push Progress: u_id: "+author+" language: ZH, country: CN, content: very good.",
		"push result: True, message: push success.",
		"Save Comment Data: article_id: 100 content: very good.")
}

// wantComment checks that a comment was taken just now.
func wantComment(t *testing.T, answer string) {
	t.Helper()
	var second int64
	if _, err := fmt.Sscanf(answer, `{"code":0,"data":{"comment_id":%d},"message":""}`, &second); err != nil {
		t.Fatalf("have %s: %v", answer, err)
	}
	if at := time.Unix(second, 0); time.Since(at).Abs() > time.Minute {
		t.Errorf("have a comment of %v, want now", at)
	}
}

// wantLines checks that messages are in a log, in this order.
func wantLines(t *testing.T, log string, messages ...string) {
	t.Helper()
	rest := log
	for _, m := range messages {
		_, after, found := strings.Cut(rest, `msg="`+m+`"`)
		if !found {
			t.Errorf("have no %q here or not in order, in\n%s", m, log)
			return
		}
		rest = after
	}
}

func TestCommentForAnAuthorWhoIsUnknownIsTaken(t *testing.T) {
	t.Parallel()
	w := social(t)
	reader := join(t, w, "nameko@nameko.com")
	_, answer := post(t, w, commentPath, `{"u_id":"`+reader+`","article_u_id":"1"}`) // text is taken, too
	wantComment(t, answer)
	wantLines(t, w.Log(), "Push Message: article_u_id: 1", "User:1 not existed.",
		"push result: False, message: not registered.", "Save Comment Data: article_id: 0 content: ")
}

// Neither register nor push is there: an answer that needed one of them would be 503.
func TestWhatIsMissingIsToldWithoutCallingAnybody(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &api.API{}, api.Options())
	for _, body := range []string{`{}`, ``, `{"email":""}`, `{"email":null,"name":"xiaohua"}`} {
		wantAnswer(t, w, registerPath, body, `{"code":10000,"data":"","message":"email is null."}`)
	}
	for _, body := range []string{
		`{}`, ``, `{"u_id":"7000001"}`, `{"article_u_id":7000001}`, `{"u_id":"","article_u_id":7000001}`, `{"u_id":null,"article_u_id":7000001}`,
		`{"u_id":"7000001","article_u_id":""}`, `{"u_id":"7000001","article_u_id":null}`, `{"u_id":"7000001","article_u_id":0}`,
	} {
		wantAnswer(t, w, commentPath, body, `{"code":10003,"data":"","message":"article_u_id or u_id is null."}`)
	}
}

func TestCommentOfSomebodyUnknownIsRefusedWithoutPush(t *testing.T) {
	t.Parallel()
	users := api.Users{Find: func(context.Context, string) (*api.User, error) { return nil, nil }}
	w := svctest.New(t, &api.API{Users: users}, api.Options())
	wantAnswer(t, w, commentPath, `{"u_id":"1","article_u_id":7000001}`, `{"code":10004,"data":"","message":"You need to register to comment."}`)
}

func TestS35UserWhoCannotBeKeptIsTold(t *testing.T) {
	t.Parallel()
	users := api.Users{Register: func(context.Context, api.User) (*string, string, error) { return nil, "register failed.", nil }}
	w := svctest.New(t, &api.API{Users: users}, api.Options())
	wantAnswer(t, w, registerPath, `{"email":"nameko@nameko.com"}`, `{"code":10001,"data":{"u_id":null},"message":"register failed."}`)
}

func TestFailureOfAServiceIsTheAnswer(t *testing.T) {
	t.Parallel()
	away := fault.New(fault.Unavailable, "away")
	found, lost := func(context.Context, string) (*api.User, error) { return &api.User{}, nil }, func(context.Context, string) (*api.User, error) { return nil, away }
	fails := func(context.Context, string, string) (bool, string, error) { return false, "", away }
	for name, a := range map[string]api.API{
		"find": {Users: api.Users{Find: lost}},
		"push": {Users: api.Users{Find: found}, Phone: api.Phone{Push: fails}},
	} {
		a.Log = slog.New(slog.DiscardHandler)
		if answer, err := a.Comment(t.Context(), api.Comment{UID: "1", ArticleUID: "2"}); !errors.Is(err, away) {
			t.Errorf("%s: have %+v and %v, want %v", name, answer, err, away)
		}
	}
	a := api.API{Users: api.Users{Register: func(context.Context, api.User) (*string, string, error) { return nil, "", away }}}
	if answer, err := a.Register(t.Context(), api.User{Email: "nameko@nameko.com"}); !errors.Is(err, away) {
		t.Errorf("register: have %+v and %v, want %v", answer, err, away)
	}
}
