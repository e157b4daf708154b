// Package push is a service that tells users what happens to their articles.
package push

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
)

// Push tells a user something, in the user's language: here, in the log.
type Push struct {
	_ service.Name `name:"push"`

	User rpc.Func[string, *User] `rpc:"register.find"` // nil for nobody
	Log  *slog.Logger

	_ rpc.Method `method:"Push" args:"u_id,content"`
}

// User is what has to be known of a user to push something.
type User struct {
	Language string `json:"language"`
	Country  string `json:"country"`
}

// Push pushes a content to a user. It returns whether it did and, either way, a message.
func (p *Push) Push(ctx context.Context, uID, content string) (ok bool, message string, err error) {
	user, err := p.User(ctx, uID)
	if err != nil {
		return false, "", err
	}
	if user == nil {
		p.say(ctx, "User:%s not existed.", uID)
		return false, "not registered.", nil
	}
	p.say(ctx, "Push Progress: u_id: %s language: %s, country: %s, content: %s", uID, user.Language, user.Country, content)
	return true, "push success.", nil
}

// say writes a line into the log whose wording people look for. Elsewhere, let messages be
// constant and what differs attributes.
func (p *Push) say(ctx context.Context, format string, args ...any) {
	p.Log.InfoContext(ctx, fmt.Sprintf(format, args...)) //nolint:sloglint // the wording is given
}
