package contract_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/contract"
	"github.com/enoki-go/enoki/service"
)

// order is what the method of these tests takes.
const order = `{"type":"object","properties":{
	"customer":{"type":"string","minLength":1},
	"items":{"type":"array","items":{"$ref":"#/$defs/item"}},
	"note":{"type":["string","null"]},
	"kind":{"type":"string","enum":["gift","own"]}},
	"required":["customer","items"],
	"$defs":{"item":{"type":"object","properties":{"article":{"type":"string"},"count":{"type":"integer","maximum":10},"parts":{"type":"array","items":{"$ref":"#/$defs/item"}}},"required":["article"]}}}`

// shop declares a method, a route, a subject and an event, all of them of orders.
func shop(text string) service.Manifest {
	in := json.RawMessage(text)
	return service.Manifest{Services: []service.Declared{{
		Name: "orders", Version: "1.0.0",
		Entrypoints: []service.DeclaredEntrypoint{
			{Kind: "rpc", Method: "Create", Name: "create", Params: []string{"order"}, Input: in, Output: in},
			{Kind: "rpc", Method: "Find", Name: "find", Params: []string{"from", "to"}, Input: json.RawMessage(`{"type":["object","array"],"properties":{"from":{"type":"string"},"to":{"type":"string"}},"required":["from"],"prefixItems":[{"$ref":"#/properties/from"},{"$ref":"#/properties/to"}]}`)},
			{Kind: "http", Method: "Create", Address: "POST /orders", Input: in, Output: in},
			{Kind: "subject", Method: "Count", Name: "count", Address: "orders.count", Options: map[string]string{"queue": "orders"}},
			{Kind: "event", Method: "OnPaid", Name: "on_paid", Input: in, Options: map[string]string{"source": "payments", "event": "paid"}},
			{Kind: "timer", Method: "Expire", Name: "expire", Address: "every 1m"},
		},
		Dependencies: []service.DeclaredDependency{{Field: "Placed", Kind: "event", Target: "orders.placed", Schema: in}},
	}}}
}

func TestWhatHasNotChangedIsNotTold(t *testing.T) {
	if have := contract.Diff(shop(order), shop(order)); len(have) > 0 {
		t.Errorf("have %v, want nothing", have)
	}
}

// changed returns the lines of what a change does.
func changed(change func(*service.Declared)) string {
	old, now := shop(order), shop(order)
	change(&now.Services[0])
	return lines(contract.Diff(old, now))
}

func lines(all []contract.Change) string {
	var text strings.Builder
	for _, c := range all {
		text.WriteString(c.String() + "\n")
	}
	return text.String()
}

func TestChangesOfDeclarations(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*service.Declared)
		want   string
	}{
		{"service", func(s *service.Declared) { s.Name = "shop" }, "BREAKING   orders: the service is gone\nCOMPATIBLE shop: the service is new\n"},
		{"version", func(s *service.Declared) { s.Version = "2.0.0" }, "INFO       orders: version 1.0.0 is now 2.0.0\n"},
		{"method renamed", func(s *service.Declared) { s.Entrypoints[0].Name = "make" }, `BREAKING   orders.create: the method is gone; was it renamed to "make"?` + "\nCOMPATIBLE orders.make: the method is new\n"},
		{"method gone", func(s *service.Declared) { s.Entrypoints = s.Entrypoints[1:] }, "BREAKING   orders.create: the method is gone\n"},
		{"parameter gone", func(s *service.Declared) { s.Entrypoints[1].Params = []string{"from"} }, `BREAKING   orders.find: parameter "to" is gone` + "\n"},
		{"parameter renamed", func(s *service.Declared) { s.Entrypoints[1].Params = []string{"from", "until"} }, `BREAKING   orders.find: parameter "to" is gone; was it renamed to "until"? Callers by name are refused` + "\n"},
		{"parameters reordered", func(s *service.Declared) { s.Entrypoints[1].Params = []string{"to", "from"} }, `BREAKING   orders.find: the parameters were in the order ["from","to"] and are in the order ["to","from"]`},
		{"optional parameter at the end", func(s *service.Declared) { s.Entrypoints[1].Params = []string{"from", "to", "most"} }, `COMPATIBLE orders.find: parameter "most" is new and can be left out` + "\n"},
		{"optional parameter before others", func(s *service.Declared) { s.Entrypoints[1].Params = []string{"most", "from", "to"} }, `BREAKING   orders.find: parameter "most" is new and stands before others`},
		{"delivery durable", func(s *service.Declared) { s.Entrypoints[0].Options = map[string]string{"delivery": "durable"} }, "COMPATIBLE orders.create: delivery was at-least-once and is now durable"},
		{"delivery once", func(s *service.Declared) { s.Entrypoints[0].Options = map[string]string{"delivery": "at-most-once"} }, "BREAKING   orders.create: delivery was at-least-once and is now at-most-once"},
		{"sensitive", func(s *service.Declared) { s.Entrypoints[0].Sensitive = []string{"order.note"} }, "INFO       orders.create: order.note is sensitive now"},
		{"route", func(s *service.Declared) { s.Entrypoints[2].Address = "PUT /orders" }, `BREAKING   orders route POST /orders: the route is gone; was it renamed to "PUT /orders"?`},
		{"subject", func(s *service.Declared) { s.Entrypoints[3].Address = "orders.sum" }, "BREAKING   orders subject orders.count: the subject is gone"},
		{"queue", func(s *service.Declared) { s.Entrypoints[3].Options = map[string]string{"queue": "x"} }, `BREAKING   orders subject orders.count: queue was "orders" and is now "x"`},
		{"handler", func(s *service.Declared) { s.Entrypoints = slices.Delete(s.Entrypoints, 4, 5) }, "INFO       orders handler on_paid of payments.paid: the handler is gone\n"},
		{"timer", func(s *service.Declared) { s.Entrypoints[5].Address = "every 2m" }, `INFO       orders timer expire: it ran "every 1m" and runs "every 2m"` + "\n"},
		{"event gone", func(s *service.Declared) { s.Dependencies = nil }, "BREAKING   event orders.placed: it is no longer emitted\n"},
		{"event of a dispatcher", func(s *service.Declared) { s.Dependencies[0].Target = "orders.*" }, "INFO       event orders.placed: it is no longer declared"},
		{"event not stored", func(s *service.Declared) { s.Dependencies[0].Options = map[string]string{"reliable": "false"} }, "BREAKING   event orders.placed: it is no longer stored"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if have := changed(tt.change); !strings.Contains(have, tt.want) {
				t.Errorf("have\n%swant %s", have, tt.want)
			}
		})
	}
}

func TestChangesOfSchemas(t *testing.T) {
	for _, tt := range []struct{ name, old, now, input, output string }{
		{
			"new required field", `"required":["customer","items"]`, `"required":["customer","items","note"]`,
			"BREAKING", "COMPATIBLE",
		},
		{"field may be left out", `"required":["customer","items"]`, `"required":["items"]`, "COMPATIBLE", "BREAKING"},
		{"type narrowed", `["string","null"]`, `"string"`, "BREAKING", "COMPATIBLE"},
		{"type widened", `"customer":{"type":"string"`, `"customer":{"type":["string","null"]`, "COMPATIBLE", "BREAKING"},
		{"integers become numbers", `"type":"integer"`, `"type":"number"`, "COMPATIBLE", "BREAKING"},
		{"type changed", `"type":"integer"`, `"type":"boolean"`, "BREAKING", "BREAKING"},
		{"value gone", `"enum":["gift","own"]`, `"enum":["own"]`, "BREAKING", "COMPATIBLE"},
		{"value new", `"enum":["gift","own"]`, `"enum":["gift","own","other"]`, "COMPATIBLE", "BREAKING"},
		{"bound tightened", `"maximum":10`, `"maximum":5`, "BREAKING", "COMPATIBLE"},
		{"bound loosened", `"minLength":1`, `"minLength":0`, "COMPATIBLE", "BREAKING"},
		{"field gone", `"article":{"type":"string"},`, ``, "INFO", "BREAKING"},
		{"field new", `"article":{"type":"string"},`, `"article":{"type":"string"},"colour":{"type":"string"},`, "COMPATIBLE", "COMPATIBLE"},
		{"said otherwise", `"maximum":10`, `"maximum":10,"description":"pieces"`, "INFO", "INFO"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			changed := strings.Replace(order, tt.old, tt.now, 1)
			if changed == order {
				t.Fatal("nothing has been replaced")
			}
			old, now := shop(order), shop(order)
			now.Services[0].Entrypoints[0].Input = json.RawMessage(changed)
			wantLevel(t, contract.Diff(old, now), tt.input, "orders.create: parameter")
			now = shop(order)
			now.Services[0].Dependencies[0].Schema = json.RawMessage(changed)
			wantLevel(t, contract.Diff(old, now), tt.output, "event orders.placed: the payload")
		})
	}
}

// Red with code that compares a definition at each place where it is used: here there are
// 2^60 ways to the last.
func TestDefinitionsThatUseEachOtherAreComparedOnce(t *testing.T) {
	defs := make([]string, 61)
	for i := range 60 {
		defs[i] = fmt.Sprintf(`"d%d":{"properties":{"a":{"$ref":"#/$defs/d%d"},"b":{"$ref":"#/$defs/d%d"}}}`, i, i+1, i+1)
	}
	defs[60] = `"d60":{"type":"string","maxLength":10}`
	old := `{"$ref":"#/$defs/d0","$defs":{` + strings.Join(defs, ",") + `}}`
	now := strings.Replace(old, `"maxLength":10`, `"maxLength":5`, 1)
	wantLevel(t, contract.Diff(shop(old), shop(now)), "BREAKING", "orders.create: parameter")
}

// A schema that became a definition differs from each that it stands for.
func TestPlacesThatShareADefinitionNowAreComparedEach(t *testing.T) {
	old := `{"properties":{"a":{"type":"string"},"b":{"type":"integer"}},"$defs":{"x":{"type":"string"}}}`
	now := `{"properties":{"a":{"$ref":"#/$defs/x"},"b":{"$ref":"#/$defs/x"}},"$defs":{"x":{"type":"string"}}}`
	wantLevel(t, contract.Diff(shop(old), shop(now)), "BREAKING", "b was of type integer and is of type string")
}

// wantLevel wants the gravest change to be of a level, and of a place.
func wantLevel(t *testing.T, have []contract.Change, level, place string) {
	t.Helper()
	if len(have) == 0 || !strings.HasPrefix(have[0].String(), level) || !strings.Contains(have[0].String(), place) {
		t.Errorf("have\n%swant %s of %s", lines(have), level, place)
	}
}

// Whatever single thing is changed in a schema, something is told.
func TestEveryChangeOfASchemaIsClassified(t *testing.T) {
	for _, text := range []string{order} {
		for seed := range uint64(2000) {
			random := rand.New(rand.NewPCG(seed, 1))
			var root any
			if err := json.Unmarshal([]byte(text), &root); err != nil {
				t.Fatal(err)
			}
			what := mutate(random, root)
			data, _ := json.Marshal(root)
			if have := contract.Diff(shop(text), shop(string(data))); len(have) == 0 {
				t.Fatalf("seed %d, %s: nothing is told of %s", seed, what, data)
			}
			if have := contract.Diff(shop(string(data)), shop(text)); len(have) == 0 {
				t.Fatalf("seed %d, %s: nothing is told of the way back from %s", seed, what, data)
			}
		}
	}
}

// mutate changes one thing in one of the schemas below root, and says what.
func mutate(random *rand.Rand, root any) string {
	var all []map[string]any
	collect(root, &all)
	s := all[random.IntN(len(all))]
	switch words := slices.Sorted(maps.Keys(s)); random.IntN(4) {
	case 0:
		s["format"] = fmt.Sprint("f", random.IntN(9))
		return "format"
	case 1:
		s["type"] = "boolean"
		return "type"
	case 2:
		if p, ok := s["properties"].(map[string]any); ok {
			p["new"] = map[string]any{"type": "string"}
			return "property"
		}
		s["description"] = "new"
		return "description"
	default:
		word := words[random.IntN(len(words))]
		if word == "$defs" {
			word = "type"
		}
		delete(s, word)
		return "without " + word
	}
}

// collect gathers the schemas below v that are no reference.
func collect(v any, all *[]map[string]any) {
	s, ok := v.(map[string]any)
	if !ok || s["$ref"] != nil {
		return
	}
	*all = append(*all, s)
	for _, word := range []string{"properties", "$defs"} {
		inner, _ := s[word].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(inner)) {
			collect(inner[name], all)
		}
	}
	collect(s["items"], all)
}

func TestManifestsAreRead(t *testing.T) {
	data, err := json.Marshal(shop(order))
	if err != nil {
		t.Fatal(err)
	}
	m, err := contract.Read(strings.NewReader(string(data)))
	if err != nil || len(contract.Diff(shop(order), m)) > 0 {
		t.Errorf("have %v, want what was written", err)
	}
	for text, want := range map[string]string{
		"":                           "have nothing, want a manifest",
		"{}":                         `have no member "services"`,
		"{":                          "unexpected EOF; want a manifest",
		`{"services":[]} {}`:         "have more behind the manifest",
		`{"services":[{"name":""}]}`: "without a name",
		`{"services":[{"name":1}]}`:  "cannot unmarshal",
		`{"services":[{"name":"a"},{"name":"a"}]}`: `have a service "a" without a name, or twice`,
	} {
		if _, err := contract.Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: have %v, want %q", text, err, want)
		}
	}
}

// Whatever is read can be compared, with itself to no end and with others without harm.
func FuzzDiff(f *testing.F) {
	data, err := json.Marshal(shop(order))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(data))
	f.Add(`{"services":[{"name":"a","entrypoints":[{"kind":"rpc","name":"b","input":{"$ref":"#"}}]}]}`)
	f.Add(`{"services":[{"name":"a","entrypoints":[{"kind":"rpc","name":"b","params":["x","y"],"input":true,"output":{"items":{"$ref":"#/items"}}}]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := contract.Read(strings.NewReader(text))
		if err != nil {
			return
		}
		if have := contract.Diff(m, m); len(have) > 0 {
			t.Errorf("have %v, want nothing", have)
		}
		contract.Diff(m, shop(order))
		contract.Diff(shop(order), m)
	})
}
