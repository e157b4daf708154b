package secret_test

import (
	"encoding/json"
	"fmt"

	"github.com/enoki-go/enoki/dependency/secret"
	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Notary has a key: from the configuration, a file that Docker or Kubernetes has put
// there, or the environment.
type Notary struct {
	Key secret.Text `secret:"signing_key"`

	_ rpc.Method `method:"Sign" args:"text"`
	_ rpc.Method `method:"Leak"`
}

// Sign asks for the key itself.
func (n *Notary) Sign(text string) string { return fmt.Sprint(text, " ", len(n.Key.Reveal())) }

// Leak returns it by mistake.
func (n *Notary) Leak() secret.Text { return n.Key }

func ExampleText() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Notary{}, svctest.Config("secrets: {signing_key: abracadabra}"))
	fmt.Println(svctest.Call[string](w, "notary.sign", "signed"))
	fmt.Println(svctest.Call[string](w, "notary.leak"))
	// Output:
	// signed 11
	// [redacted]
}

// A unit test sets a field to a secret of its own, which shows itself nowhere.
func ExampleNew() {
	n := &Notary{Key: secret.New("abracadabra")}
	fmt.Printf("%v %+v %q\n", n.Key, n.Key, n.Key)
	inJSON, err := json.Marshal(n.Key)
	fmt.Println(string(inJSON), err)
	// Output:
	// [redacted] [redacted] [redacted]
	// "[redacted]" <nil>
}
