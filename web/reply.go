package web

import (
	"fmt"
	"maps"
	"net/http"
	"strconv"

	"github.com/enoki-go/enoki/codec"
)

// Reply is a result with a status and headers of its own:
//
//	return web.Reply[Order]{Status: 201, Header: http.Header{"Location": {"/orders/7"}}, Body: order}, nil
//
// Status 0 is that of the route. A Body of nil writes none; others are written as a
// result is without Reply, with the Content-Type of Header where it says one.
type Reply[T any] struct {
	Status int
	Header http.Header
	Body   T
}

func (r Reply[T]) reply() (status int, header http.Header, body any) {
	return r.Status, r.Header, r.Body
}

type replier interface {
	reply() (status int, header http.Header, body any)
}

// Content types, as they stand in a header map.
var (
	typeJSON  = []string{"application/json"}
	typeText  = []string{"text/plain; charset=utf-8"}
	typeBytes = []string{"application/octet-stream"}
)

// answer writes a result.
func (e *route) answer(w http.ResponseWriter, r *http.Request, x *exchange, out any) {
	status, head, more := e.status, w.Header(), http.Header(nil)
	if own, ok := out.(replier); ok {
		set, header, body := own.reply()
		more, out = header, body
		if set != 0 {
			status = set
		}
	}
	body, contentType, err := encode(out)
	if status != 0 && !isStatus(status) {
		err = fmt.Errorf("have status %d, want 200 to 599", status)
	}
	if err != nil {
		e.host.Logger().ErrorContext(r.Context(), "result cannot be written", "method", e.name, "call_id", x.call.ID, "error", err)
		Fail(w, r, x.call.ID, err)
		return
	}
	maps.Copy(head, more)
	if contentType == nil {
		if status == 0 {
			status = http.StatusNoContent
		}
		w.WriteHeader(status)
		return
	}
	if status == 0 {
		status = http.StatusOK
	}
	if head["Content-Type"] == nil {
		head["Content-Type"] = contentType
	}
	head["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client is gone
}

// isStatus reports whether an answer can have that status, which is its last.
func isStatus(status int) bool { return status >= http.StatusOK && status < 600 }

// encode returns a result as it is written, without a type where there is none.
func encode(out any) (body []byte, contentType []string, err error) {
	switch out := out.(type) {
	case nil:
		return nil, nil, nil
	case string:
		return []byte(out), typeText, nil
	case []byte:
		return out, typeBytes, nil
	default:
		body, err = codec.JSON.Append(nil, out)
		return body, typeJSON, err
	}
}
