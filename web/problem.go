package web

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/web/internal/typed"
)

// Problem is the body of an answer that is an error: application/problem+json, as RFC
// 9457 says, with more members.
type Problem struct {
	Type     string         `json:"type"` // about:blank; a name says what kind of problem it is
	Title    string         `json:"title"`
	Status   int            `json:"status"`
	Detail   string         `json:"detail,omitempty"`   // of errors that are meant for the public
	Instance string         `json:"instance,omitempty"` // path of the request
	Code     fault.Code     `json:"code"`
	Name     string         `json:"name,omitempty"` // of a declared error
	CallID   string         `json:"call_id,omitempty"`
	Errors   []typed.Detail `json:"errors,omitempty"` // what is wrong with the request, place by place
}

// statusError is an error for the public with a status of its own.
type statusError struct {
	status int
	detail string
}

func (e statusError) Error() string { return e.detail }

// Fault makes it a declared error.
func (e statusError) Fault() (name string, code fault.Code) { return "svc.http", codeOf(e.status) }

// Refuse returns an error for the public with a status of HTTP that no code stands for,
// such as 405 or 502.
func Refuse(status int, detail string) error { return statusError{status, detail} }

// codeOf returns the code that is nearest to a status.
func codeOf(status int) fault.Code {
	switch {
	case status == http.StatusMethodNotAllowed:
		return fault.NotFound
	case status == http.StatusBadGateway:
		return fault.Unavailable
	case status < http.StatusInternalServerError && fault.FromStatus(status) == fault.Internal:
		return fault.Invalid
	default:
		return fault.FromStatus(status)
	}
}

// Public is what the outside is told of an error.
type public struct {
	status  int
	code    fault.Code
	name    string
	message string // "" of what was not meant for the outside
	errors  []typed.Detail
}

// publicOf returns what the outside is told of err: the message only of errors that the
// user has declared or made with a code, never that of the framework's own, or of those
// nobody has thought of.
func publicOf(err error) public {
	if own, ok := errors.AsType[statusError](err); ok {
		return public{status: own.status, code: codeOf(own.status), message: shown(own.detail, err)}
	}
	if invalid, ok := errors.AsType[*typed.Invalid](err); ok {
		return public{http.StatusBadRequest, fault.Invalid, "", "the request is not as the route wants it", invalid.Details}
	}
	e := fault.From(err)
	p := public{status: e.Code.Status(), code: e.Code}
	if !e.Code.Valid() {
		p.code = fault.Internal
	}
	var made *fault.Error
	var declared fault.Declared
	if !errors.As(err, &made) && !errors.As(err, &declared) || e.Class != "" || p.code == fault.Internal || strings.HasPrefix(e.Name, fault.Reserved) {
		return p
	}
	p.name, p.message = e.Name, e.Message
	return p
}

// shown returns a detail if the text of the whole error has it: else it quotes an argument
// that is sensitive, and was taken out.
func shown(detail string, err error) string {
	if !strings.Contains(err.Error(), detail) {
		return ""
	}
	return detail
}

// Fail answers a request with the problem that err is. The id is that of the call, ""
// where there was none. Where an answer has begun, nothing can be said any more.
func Fail(w http.ResponseWriter, r *http.Request, callID string, err error) {
	about := publicOf(err)
	problem := Problem{
		Type: "about:blank", Title: titleOf(about.status), Status: about.status, Detail: about.message, Instance: r.URL.EscapedPath(),
		Code: about.code, Name: about.name, CallID: callID, Errors: about.errors,
	}
	body, _ := json.Marshal(problem) // cannot fail: strings and numbers
	head := w.Header()
	head.Set("Content-Type", "application/problem+json")
	head.Set("X-Content-Type-Options", "nosniff")
	for _, ofSuccess := range []string{"Content-Encoding", "Cache-Control", "Etag", "Last-Modified"} {
		head.Del(ofSuccess)
	}
	head.Set("Content-Length", strconv.Itoa(len(body)))
	switch about.status {
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		head.Set("Retry-After", "1")
	case http.StatusUnauthorized:
		asked, _ := errors.AsType[challenged](err)
		head.Set("WWW-Authenticate", cmp.Or(head.Get("WWW-Authenticate"), asked.scheme, "Bearer"))
	}
	w.WriteHeader(about.status)
	_, _ = w.Write(body) // the client is gone
}

// statusClientGone is what others use where the client did not wait.
const statusClientGone = 499

func titleOf(status int) string {
	if status == statusClientGone {
		return "Client Closed Request"
	}
	return http.StatusText(status)
}
