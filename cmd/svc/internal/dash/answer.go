package dash

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/fault"
)

// problem is an error as the page shows it.
type problem struct {
	Code    string `json:"code"`
	Name    string `json:"name,omitempty"`
	Message string `json:"message"`
}

// problemOf returns what is shown of an error. Others have a say in its text.
func problemOf(err error) *problem {
	p := &problem{Code: "error", Message: present.SafeLines(clip(err.Error(), maxText))}
	if e, ok := errors.AsType[*fault.Error](err); ok {
		p.Code, p.Name = present.Safe(string(e.Code)), present.Safe(e.Name)
	}
	return p
}

// refuse answers with an error of the dash itself.
func refuse(w http.ResponseWriter, status int, text string) {
	answerWith(w, status, struct {
		Error problem `json:"error"`
	}{problem{Code: strconv.Itoa(status), Message: text}})
}

// fail answers with an error of the broker, or of whoever is on it.
func fail(w http.ResponseWriter, err error) {
	status := http.StatusBadGateway
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Code == fault.NotFound {
		status = http.StatusNotFound
	}
	answerWith(w, status, struct {
		Error *problem `json:"error"`
	}{problemOf(err)})
}

func answer(w http.ResponseWriter, v any) { answerWith(w, http.StatusOK, v) }

func answerWith(w http.ResponseWriter, status int, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		status, text = http.StatusInternalServerError, []byte(`{"error":{"code":"500","message":"the answer is no JSON"}}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text) // to a browser that may have left
}

// maxBody bounds what a page sends: brokers take messages of 1 MiB unless told
// otherwise.
const maxBody = 8 << 20

// read reads what the page sends, or answers why it cannot.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err == nil && decoder.Decode(&struct{}{}) != io.EOF {
		err = errors.New("have more than one document")
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, "read the request: "+err.Error())
	}
	return err == nil
}

const (
	maxText = 2000 // bytes of an error that are shown
	maxWord = 200  // of a name, an id, or what else stands in a table
)

// word returns a name from the network, fit to be shown.
func word(text string) string { return present.Safe(clip(text, maxWord)) }

// clip returns a text without what is beyond so many bytes.
func clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && text[n]&0xc0 == 0x80 { // within a character
		n--
	}
	return text[:n] + "…"
}
