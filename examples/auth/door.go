// Package auth is a door with a lock, and two services behind it: tokens and passwords
// are known at the door, behind it a call has a user and roles.
package auth

import (
	"context"
	"net/http"
	"strings"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/enoki-go/enoki/dependency/clock"
	"github.com/enoki-go/enoki/dependency/contextdata"
	"github.com/enoki-go/enoki/dependency/secret"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/web"
)

// Door lets users in, over HTTP.
type Door struct {
	Key   secret.Text     `secret:"auth_key" generate:"true"` // that tokens are signed with
	Users map[string]User `config:"users"`
	Clock clock.Clock

	Documents DocumentsClient
	Audit     rpc.Func[rpc.None, []string] `rpc:"audit.entries"`

	_ web.Auth `method:"Authenticate"`

	_ web.Route `method:"LogIn" route:"POST /login" auth:"none"`
	_ web.Route `method:"Read" route:"GET /documents/{name}" args:"name"`
	_ web.Route `method:"Write" route:"PUT /documents/{name}"`
	_ web.Route `method:"Delete" route:"DELETE /documents/{name}" args:"name"`
	_ web.Route `method:"Entries" route:"GET /audit"`
}

// User is an entry of the configuration section users, by name.
type User struct {
	Password secret.Text // its bcrypt hash
	Roles    Roles
}

// DocumentsClient is the client of the service documents.
type DocumentsClient struct {
	rpc.Client `service:"documents"`

	Read   func(ctx context.Context, name string) (string, error)
	Write  func(ctx context.Context, name, text string) error
	Delete func(ctx context.Context, name string) error
}

// Login says who somebody is.
type Login struct {
	User     string      `json:"user"`
	Password secret.Text `json:"password"`
}

// ErrWrong does not say which of the two it was.
var ErrWrong = fault.Declare("auth.wrong", fault.Unauthenticated, "wrong user or password")

// decoy is compared with the passwords of users who are not there: how long an answer
// takes does not tell who is.
const decoy = "$2a$10$/d0CcIOf245n3H0Eip6KAueW7WJ5yMNUmVFAl/.AnDUSVrLW3boMO"

// LogIn returns a token for an hour.
func (d *Door) LogIn(in Login) (string, error) {
	user, known := d.Users[in.User]
	if !known {
		user.Password = secret.New(decoy)
	}
	err := bcrypt.CompareHashAndPassword([]byte(user.Password.Reveal()), []byte(in.Password.Reveal()))
	if err != nil || !known {
		return "", ErrWrong
	}
	return sign(d.Key, in.User, user.Roles, d.Clock.Now().Add(time.Hour))
}

// Authenticate reads the token of a request. What it returns is in the context data of
// all calls that follow from it.
func (d *Door) Authenticate(r *http.Request) (web.Data, error) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return nil, ErrNobody
	}
	c, err := verify(d.Key, token, d.Clock.Now)
	if err != nil {
		return nil, ErrNobody.Explain("the token is wrong or too old: log in again").Because(err)
	}
	return web.Data{contextdata.KeyUserID: c.Subject, "roles": strings.Join(c.Roles, ",")}, nil
}

// Read returns a document.
func (d *Door) Read(ctx context.Context, name string) (string, error) {
	return d.Documents.Read(ctx, name)
}

// NewDocument is a document to be kept.
type NewDocument struct {
	Name string `path:"name"`
	Text string `json:"text" maxLength:"10000"`
}

// Write keeps a document.
func (d *Door) Write(ctx context.Context, in NewDocument) error {
	return d.Documents.Write(ctx, in.Name, in.Text)
}

// Delete drops a document.
func (d *Door) Delete(ctx context.Context, name string) error {
	return d.Documents.Delete(ctx, name)
}

// Entries returns what was done, and by whom.
func (d *Door) Entries(ctx context.Context) ([]string, error) {
	return d.Audit(ctx, rpc.None{})
}
