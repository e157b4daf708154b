package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"time"
)

// A record is a line of a log that slog wrote as JSON.
type record struct {
	time    time.Time
	level   string
	message string
	attrs   []attr
}

// An attr is one attribute of it; those of a group have its name and a dot before
// theirs.
type attr struct{ key, value string }

// parse reads a record. It reports whether the line is one: an object with the time, the
// level and the message that slog writes.
func parse(line []byte) (record, bool) {
	if len(line) < 2 || line[0] != '{' || line[len(line)-1] != '}' {
		return record{}, false
	}
	var all []attr
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber()
	if err := members(dec, "", maxGroups, &all); err != nil {
		return record{}, false
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return record{}, false // More would take a brace too many for the end
	}
	var r record
	var told [3]bool // time, level, message
	for _, a := range all {
		switch {
		case a.key == "time" && !told[0]:
			at, err := time.Parse(time.RFC3339Nano, a.value)
			r.time, told[0] = at, err == nil
		case a.key == "level" && !told[1]:
			r.level, told[1] = a.value, true
		case a.key == "msg" && !told[2]:
			r.message, told[2] = a.value, true
		default:
			r.attrs = append(r.attrs, a)
		}
	}
	return r, told == [3]bool{true, true, true}
}

// maxGroups is how many groups within one another are taken apart. What is deeper stays as
// it is written: each level is read once more for those around it.
const maxGroups = 16

// members reads an object, in the order in which it was written.
func members(dec *json.Decoder, prefix string, groups int, into *[]attr) error {
	if begin, err := dec.Token(); err != nil || begin != json.Delim('{') {
		return errors.Join(errors.New("not an object"), err)
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return err
		}
		name, _ := key.(string)
		if err := member(prefix+name, value, groups, into); err != nil {
			return err
		}
	}
	_, err := dec.Token()
	return err
}

func member(key string, value json.RawMessage, groups int, into *[]attr) error {
	switch {
	case value[0] == '{' && groups > 0:
		return members(json.NewDecoder(bytes.NewReader(value)), key+".", groups-1, into)
	case value[0] == '"':
		var text string
		if err := json.Unmarshal(value, &text); err != nil {
			return err
		}
		*into = append(*into, attr{key, text})
	default:
		*into = append(*into, attr{key, string(value)})
	}
	return nil
}

// labelled adds the label to a record as its last attribute.
func labelled(label string, line []byte) []byte {
	value, err := json.Marshal(label)
	if err != nil {
		return line
	}
	out := append([]byte(nil), line[:len(line)-1]...)
	return append(append(append(out, `,"process":`...), value...), '}')
}
