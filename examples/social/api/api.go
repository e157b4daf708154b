// Package api is the way into the application from the web.
package api

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/telemetry"
	"github.com/enoki-go/enoki/web"
)

// API registers users and takes their comments over HTTP. It keeps nothing.
type API struct {
	_ service.Name `name:"api"`

	Users Users
	Phone Phone
	Log   *slog.Logger

	_ web.Route `method:"Register" route:"POST /api/v1/register"`
	_ web.Route `method:"Comment" route:"POST /api/v1/comment"`
}

// Options gives the API the port 5000, unless the configuration says another, and its
// metrics at /metrics.
func Options() []service.Option {
	return append(telemetry.Options(), service.Defaults("web: {port: 5000, title: social}"))
}

// Users is the client of the service register.
type Users struct {
	rpc.Client `service:"register"`

	Register func(ctx context.Context, user User) (uID *string, message string, err error)
	Find     func(ctx context.Context, uID string) (*User, error)
}

// Phone is the client of the service push.
type Phone struct {
	rpc.Client `service:"push"`

	Push func(ctx context.Context, uID, content string) (ok bool, message string, err error)
}

// The codes of answers.
const (
	noEmail       = 10000
	notRegistered = 10001
	noUID         = 10003
	unknownUID    = 10004
)

// Register registers a user. Its answer has a u_id also for one who has registered before,
// and null where the storage took nobody.
func (a *API) Register(ctx context.Context, user User) (Answer[Registered], error) {
	if user.Email == "" {
		return refuse[Registered](noEmail, "email is null."), nil
	}
	uID, message, err := a.Users.Register(ctx, user)
	if err != nil {
		return Answer[Registered]{}, err
	}
	answer := tell(Registered{uID})
	if message != "" {
		answer.Code, answer.Message = notRegistered, message
	}
	return answer, nil
}

// Comment takes a comment and pushes it to the author of the article. A comment whose
// author cannot be told is taken, too.
func (a *API) Comment(ctx context.Context, c Comment) (Answer[Commented], error) {
	if c.UID == "" || c.ArticleUID == "" {
		return refuse[Commented](noUID, "article_u_id or u_id is null."), nil
	}
	user, err := a.Users.Find(ctx, c.UID)
	if err != nil {
		return Answer[Commented]{}, err
	}
	if user == nil {
		return refuse[Commented](unknownUID, "You need to register to comment."), nil
	}
	if err := a.push(ctx, c); err != nil {
		return Answer[Commented]{}, err
	}
	a.say(ctx, "Save Comment Data: article_id: %d content: %s", c.ArticleID, c.Content)
	return tell(Commented{time.Now().Unix()}), nil
}

func (a *API) push(ctx context.Context, c Comment) error {
	a.say(ctx, "Push Message: article_u_id: %s", c.ArticleUID)
	ok, message, err := a.Phone.Push(ctx, string(c.ArticleUID), c.Content)
	if err != nil {
		return err
	}
	result := map[bool]string{true: "True", false: "False"}[ok]
	a.say(ctx, "push result: %s, message: %s", result, message)
	return nil
}

// say writes a line into the log whose wording people look for. Elsewhere, let messages be
// constant and what differs attributes.
func (a *API) say(ctx context.Context, format string, args ...any) {
	a.Log.InfoContext(ctx, fmt.Sprintf(format, args...)) //nolint:sloglint // the wording is given
}
