package broker

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// headerData begins the headers that hold context data.
const headerData = "Svc-Data-"

// traceFields are the headers of W3C Trace Context. They are context data, too, under
// names of their own, which every tracer knows.
var traceFields = []string{"traceparent", "tracestate"}

// dataName returns the key of the context data in a header, if there is any. Clients that
// write headers as HTTP does write Traceparent.
func dataName(header string) (name string, ok bool) {
	for _, field := range traceFields {
		if strings.EqualFold(header, field) {
			return field, true
		}
	}
	return strings.CutPrefix(header, headerData)
}

// hasTrace reports whether a piece of context data has a header of its own, which counts.
func hasTrace(h Header, name string) bool {
	if !slices.Contains(traceFields, name) {
		return false
	}
	return h[name] != nil || h[strings.ToUpper(name[:1])+name[1:]] != nil
}

// DataOf returns the context data in the headers of a message.
func DataOf(h Header) (map[string]string, error) {
	var data map[string]string
	for key, values := range h {
		name, ok := dataName(key)
		if !ok || len(values) == 0 {
			continue
		}
		if !ValidName(name) {
			return nil, fmt.Errorf("header %.100q: have key %.64q of context data, want 1 to 64 letters, digits, - or _", key, name)
		}
		if data == nil {
			data = make(map[string]string)
		}
		if !strings.HasPrefix(key, headerData) {
			data[name] = values[0]
		} else if !hasTrace(h, name) {
			data[name] = UnescapeHeader(values[0])
		}
	}
	return data, nil
}

// oneLine keeps a value that somebody else has sent within its header.
var oneLine = strings.NewReplacer("\r", " ", "\n", " ")

// PutData writes context data into headers.
func PutData(h Header, data map[string]string) {
	for key, value := range data {
		if slices.Contains(traceFields, key) {
			h[key] = []string{oneLine.Replace(value)}
			continue
		}
		h[headerData+key] = []string{EscapeHeader(value)}
	}
}

// StreamName returns the name of a stream for what a service stores under a prefix.
// The usual namespace is left out.
func (c *Conn) StreamName(prefix, service string) string {
	name := prefix
	if c.settings.Namespace != usualNamespace {
		name += "_" + c.settings.Namespace
	}
	if service != "" {
		name += "_" + service
	}
	return name
}

// EscapeHeader returns text as the value of a header: percent-encoded, because a
// header can hold neither line breaks nor white space at its ends.
func EscapeHeader(text string) string { return url.PathEscape(text) }

// UnescapeHeader is the reverse of EscapeHeader. What was written by hand, with a
// percent sign of its own, stays as it is.
func UnescapeHeader(value string) string {
	if text, err := url.PathUnescape(value); err == nil {
		return text
	}
	return value
}
