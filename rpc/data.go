package rpc

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/enoki-go/enoki/broker"
)

// dataOf returns the context data in the headers of a request.
func dataOf(h broker.Header) (map[string]string, error) {
	var data map[string]string
	for key, values := range h {
		name, ok := strings.CutPrefix(key, headerData)
		if !ok || len(values) == 0 {
			continue
		}
		if !broker.ValidName(name) {
			return nil, fmt.Errorf("header %.100q: have key %.64q of context data, want 1 to 64 letters, digits, - or _", key, name)
		}
		value, err := url.PathUnescape(values[0])
		if err != nil {
			value = values[0] // written by hand, with a percent sign of its own
		}
		if data == nil {
			data = make(map[string]string)
		}
		data[name] = value
	}
	return data, nil
}

// putData writes context data into headers. Values are percent-encoded, because
// a header can hold neither line breaks nor white space at its ends.
func putData(h broker.Header, data map[string]string) {
	for key, value := range data {
		h[headerData+key] = []string{url.PathEscape(value)}
	}
}
