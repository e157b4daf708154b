package routes

import (
	"context"
	"net/http"

	"github.com/enoki-go/enoki/web"
)

type Order struct {
	ID   string `path:"id"`
	Note string `json:"note"`
}

type API struct {
	_ web.Route  `method:"Get" route:"GET /orders/{id}"`
	_ web.Route  `method:"Get" route:"GET /orders/{id}/{line}"`                  // want `web\.Route of Get: Get\(.*routes\.Order\).*: route GET /orders/\{id\}/\{line\} of Get: have wildcard \{line\} that no parameter takes`
	_ web.Route  `method:"Get" route:"GET /orders/{name}"`                       // want `want|wildcard`
	_ web.Route  `method:"Other" route:"GET /orders/{key}" args:"key"`           // want `route "GET /orders/\{key\}": some requests would fit GET /orders/\{id\} \(api\.Get\), too; change one of the two patterns|some requests would fit`
	_ web.Route  `method:"Get" route:"orders"`                                   // want `tag key route: have "orders", want a method of HTTP and a path, as in "GET /orders/\{id\}"`
	_ web.Route  `method:"Other" route:"GET /x/{key" args:"key"`                 // want `have pattern "/x/\{key", want wildcards that fill a segment, as in /orders/\{id\}`
	_ web.Route  `method:"Other" route:"GET /y"`                                 // want `GET requests carry no body`
	_ web.Route  `method:"Other" route:"GET /z/{key}" args:"key" timeout:"soon"` // want `tag key timeout: have "soon", want a duration such as "5s", or "none"`
	_ web.Route  `method:"Raw" route:"GET /raw" args:"w"`                        // want `tag key args: a method that takes the request itself has no parameters to name; leave it out`
	_ web.Route  `method:"Raw" route:"/raw/all"`
	_ web.Socket `method:"Say" path:"ws"`  // want `tag key path: have "ws", want a path without wildcards, as in /ws`
	_ web.Socket `method:"Say" args:"a,b"` // want `tag key args: have 2 names, want one for each of the 1 parameters of Say`
}

func (*API) Get(ctx context.Context, o Order) (Order, error)  { return o, nil }
func (*API) Other(ctx context.Context, key string) error      { return nil }
func (*API) Raw(w http.ResponseWriter, r *http.Request) error { return nil }
func (*API) Say(text string) string                           { return text }
