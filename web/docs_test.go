package web_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"
)

func TestDocumentHasTheRoutesOfAllServices(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "web: {title: Fruit}", &Pears{}, &Plums{}, &Counter{}, newRaw())
	a := v.get("/openapi.json")
	var doc struct {
		OpenAPI string `json:"openapi"`
		Info    struct{ Title string }
		Paths   map[string]map[string]struct {
			Tags       []string
			Parameters []struct {
				Name, In string
				Required bool
			}
			Responses map[string]any
		}
	}
	if err := json.Unmarshal([]byte(a.body), &doc); err != nil || a.StatusCode != http.StatusOK {
		t.Fatalf("have %d %.100q, %v", a.StatusCode, a.body, err)
	}
	wantText(t, doc.OpenAPI, "3.1")
	wantText(t, doc.Info.Title, "Fruit")
	for path, methods := range map[string][]string{
		"/pears/{id}": {"get", "post"}, "/plums/{id}": {"get"}, "/shops/{shop}/orders": {"post"}, "/upload": {"get", "post"}, "/file": {"get"},
	} {
		for _, method := range methods {
			if len(doc.Paths[path][method].Responses) == 0 {
				t.Errorf("%s %s is not in the document", method, path)
			}
		}
	}
	if tags := doc.Paths["/pears/{id}"]["post"].Tags; !slices.Equal(tags, []string{"plums"}) {
		t.Errorf("have tags %q, want the service", tags)
	}
	show := doc.Paths["/pears/{id}"]["get"].Parameters
	if len(show) != 1 || show[0].Name != "id" || show[0].In != "path" || !show[0].Required {
		t.Errorf("have parameters %+v, want id in the path", show)
	}
}

func TestDocumentIsShownAndCanBeTurnedOff(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", &Plums{})
	page := v.get("/apidocs/")
	wantText(t, page.Header.Get("Content-Type"), "text/html")
	wantText(t, page.body, "openapi.json", "swagger")
	if a := v.get("/apidocs"); a.StatusCode/100 != 3 || a.Header.Get("Location") != "/apidocs/" {
		t.Errorf("have %d to %q, want a redirect to /apidocs/", a.StatusCode, a.Header.Get("Location"))
	}
	v, _ = launch(t, "web: {docs: false}", &Plums{})
	for _, path := range []string{"/apidocs/", "/openapi.json"} {
		v.get(path).problem(t, http.StatusNotFound)
	}
}

func TestDocumentNeedsNoStart(t *testing.T) {
	t.Parallel()
	config := "web: {title: Fruit, docs: true}"
	a, _ := app(t, config, &Pears{}, &Plums{}, newRaw())
	documents, err := a.Documents()
	if err != nil {
		t.Fatal(err)
	}
	v, _ := launch(t, config, &Pears{}, &Plums{}, newRaw())
	if have, want := string(documents["openapi"]), v.get("/openapi.json").body; have != want {
		t.Errorf("before the start, have\n%s\nwant what is served then\n%s", have, want)
	}
}
