package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/enoki-go/enoki/internal/stage"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
)

// Page says which page is meant. What doc and the other tags say is in the document.
type Page struct {
	Number int `path:"number" minimum:"1" doc:"the first page is 1"`
}

// Book has pages.
type Book struct {
	_ web.Route `method:"Read" route:"GET /pages/{number}"`
}

// Read returns a page.
func (*Book) Read(in Page) string { return fmt.Sprint("page ", in.Number) }

// Every server has an OpenAPI document of its typed routes, and Swagger UI at /apidocs/.
func ExampleRoute_openAPI() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Book{})
	answer, err := http.Get(w.URL() + "/openapi.json")
	if err != nil {
		panic(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var document struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			Parameters []struct{ Name, In, Description string }
		}
	}
	if err := json.NewDecoder(answer.Body).Decode(&document); err != nil {
		panic(err)
	}
	fmt.Println(document.OpenAPI, document.Paths["/pages/{number}"]["get"].Parameters)
	// Output: 3.1.0 [{number path the first page is 1}]
}
