package main

import (
	"bytes"
	"testing"
)

func TestDocumentsShowSubjectsAsTheyAre(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := printValue(&out, []string{"shop.>", "a & <b>"}); err != nil {
		t.Fatal(err)
	}
	if have, want := out.String(), `["shop.>","a & <b>"]`+"\n"; have != want {
		t.Errorf("have %s, want %s", have, want)
	}
}
