package gateway

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/suggest"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/web"
)

// destination is where a request goes: a method of a service, or a subject.
type destination struct{ service, method, subject string }

// destination looks a request up in the table, and asks the services once more before
// it gives up.
func (f *front) destination(r *http.Request) (destination, error) {
	words, err := wordsOf(r.URL.EscapedPath())
	if err != nil {
		return destination{}, err
	}
	to, err := f.lookUp(f.directory.table(), r.Method, words)
	if err != nil {
		return f.lookUp(f.directory.afterMiss(r.Context()), r.Method, words)
	}
	return to, nil
}

// maxWords is how many segments a path may have; a subject has no more room.
const maxWords = 64

// wordsOf returns the segments of a path, each of which is a name: what is escaped is
// none.
func wordsOf(path string) ([]string, error) {
	words := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if len(words) > maxWords {
		return nil, fault.Newf(fault.NotFound, "the path has %d segments, want at most %d", len(words), maxWords)
	}
	for _, word := range words {
		if !broker.ValidName(word) {
			return nil, fault.Newf(fault.NotFound, "the path has the segment %.100q, want 1 to 64 letters, digits, - or _", word)
		}
	}
	return words, nil
}

// lookUp finds where a request goes. Methods come before subjects.
func (f *front) lookUp(t *table, verb string, words []string) (destination, error) {
	var callable bool
	if len(words) == 2 {
		if _, callable = t.services[words[0]].methods[words[1]]; callable && verb == http.MethodPost {
			return destination{service: words[0], method: words[1]}, nil
		}
	}
	if last, ok := verbs[verb]; ok {
		if f.settings.Upper {
			last = strings.ToUpper(last)
		}
		subject := strings.Join(words, ".") + "." + last
		allowed := t.announced(subject) || matchesAny(f.settings.Subjects, subject)
		if allowed && rpc.CheckSubject(subject, f.namespace) == nil {
			return destination{subject: subject}, nil
		}
	}
	if callable {
		return destination{}, errNotPost
	}
	return destination{}, nothingAt(t, words)
}

var errNotPost = web.Refuse(http.StatusMethodNotAllowed, "a method is called with POST")

// verbs are the methods of HTTP that can be the last word of a subject. The answer to
// HEAD is that to GET, without its body.
var verbs = map[string]string{
	http.MethodGet: "get", http.MethodHead: "get", http.MethodPost: "post", http.MethodPut: "put",
	http.MethodPatch: "patch", http.MethodDelete: "delete",
}

// nothingAt says what there is in place of what was not found. Only services that may be
// served are named, and only those that are live.
func nothingAt(t *table, words []string) error {
	name := words[0]
	if !t.made {
		return web.Refuse(http.StatusServiceUnavailable, "the gateway does not know the services yet; try again")
	}
	if methods := t.methodsOf(name); len(methods) > 0 && len(words) == 2 {
		return notFound(fmt.Sprintf("%s has no method %q", name, words[1]), words[1], methods)
	}
	if t.known[name] && len(t.methodsOf(name)) == 0 && len(words) == 2 {
		return web.Refuse(http.StatusServiceUnavailable, fmt.Sprintf("no instance of %s is running; try again", name))
	}
	return notFound(fmt.Sprintf("there is no service %q, and no worker for this path", name), name, t.callable())
}

func notFound(text, have string, among []string) error {
	if hint := suggest.Hint(have, among); hint != "" {
		text += "; " + hint
	}
	return fault.New(fault.NotFound, text)
}
