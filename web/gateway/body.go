package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/enoki-go/enoki/codec"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/web"
)

// maxBody bounds the bodies of requests, in bytes. The broker takes no more.
const maxBody = 1 << 20

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.Body == http.NoBody {
		return nil, nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	_, tooLarge := errors.AsType[*http.MaxBytesError](err)
	switch {
	case tooLarge:
		return nil, web.Refuse(http.StatusRequestEntityTooLarge, fmt.Sprintf("the body has more than %d bytes", maxBody))
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, web.Refuse(http.StatusRequestTimeout, "the request did not come to its end in time")
	case err != nil:
		return nil, fault.New(fault.Invalid, "the body was not sent to its end").Because(err)
	}
	return body, nil
}

// form is how a body is written.
type form int

const (
	nothing form = iota
	jsonForm
	fieldsForm // application/x-www-form-urlencoded
	textForm
)

// formOf tells from the content type; curl -d says that JSON is a form.
func formOf(r *http.Request, body []byte) (form, error) {
	if len(body) == 0 {
		return nothing, nil
	}
	given := r.Header.Get("Content-Type")
	kind, _, _ := mime.ParseMediaType(given) // "" for what is none
	switch {
	case given == "", kind == "application/json", strings.HasSuffix(kind, "+json"):
		return jsonForm, nil
	case kind == "application/x-www-form-urlencoded" && strings.ContainsRune("{[", rune(body[0])):
		return jsonForm, nil
	case kind == "application/x-www-form-urlencoded":
		return fieldsForm, nil
	case strings.HasPrefix(kind, "text/"):
		return textForm, nil
	default:
		return 0, web.Refuse(http.StatusUnsupportedMediaType, fmt.Sprintf("the body is %.100q, want application/json", given))
	}
}

// argumentsOf returns the body as the arguments of a method.
func argumentsOf(r *http.Request, body []byte) (rpc.JSON, error) {
	how, err := formOf(r, body)
	switch {
	case err != nil:
		return nil, err
	case how == fieldsForm, how == textForm:
		return nil, web.Refuse(http.StatusUnsupportedMediaType, fmt.Sprintf("the body is %.100q, want application/json", r.Header.Get("Content-Type")))
	case how == nothing:
		return rpc.JSON{}, nil
	}
	return checkJSON(body)
}

// checkJSON refuses what is no JSON: a service would take some of it for msgpack.
func checkJSON(body []byte) (rpc.JSON, error) {
	if err := codec.JSON.Decode(body, new(json.RawMessage)); err != nil {
		return nil, fault.Newf(fault.Invalid, "the body is no JSON: %v", err)
	}
	return body, nil
}

// messageOf returns the message that a request to a subject becomes: the values of the
// query as lists, and the members of a JSON object in the body as they are; any other
// body under "body".
func messageOf(r *http.Request, body []byte) (rpc.JSON, error) {
	message := make(map[string]any)
	if err := addFields(message, r.URL.RawQuery, "query"); err != nil {
		return nil, err
	}
	how, err := formOf(r, body)
	switch {
	case err != nil:
	case how == jsonForm:
		err = addJSON(message, body)
	case how == fieldsForm:
		err = addFields(message, string(body), "body")
	case how == textForm && !utf8.Valid(body):
		err = fault.New(fault.Invalid, "the body is no UTF-8")
	case how == textForm:
		message["body"] = string(body)
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(message)
}

// addFields adds the values of a query or a form.
func addFields(message map[string]any, text, where string) error {
	values, err := url.ParseQuery(text)
	if err != nil {
		return fault.Newf(fault.Invalid, "the %s cannot be read: %v", where, err)
	}
	for name, all := range values {
		before, _ := message[name].([]string)
		message[name] = append(before, all...)
	}
	return nil
}

func addJSON(message map[string]any, body []byte) error {
	if _, err := checkJSON(body); err != nil {
		return err
	}
	if codec.JSON.Shape(body).Kind != codec.KindObject {
		message["body"] = json.RawMessage(body)
		return nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return fault.Newf(fault.Invalid, "the body is no JSON: %v", err)
	}
	for name, value := range members {
		message[name] = value
	}
	return nil
}
