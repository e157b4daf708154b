package typed

import "github.com/danielgtaylor/huma/v2"

// The schemas of what a failed request is answered with.
const (
	problemName = "Problem"
	detailName  = "ProblemDetail"
	problemType = "application/problem+json"
)

// problemSchemas describes the problem document of RFC 9457 with our members.
func problemSchemas() map[string]*huma.Schema {
	text := func(description string) *huma.Schema {
		return &huma.Schema{Type: huma.TypeString, Description: description}
	}
	problem := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{
		"type":     text("URI of the kind of problem, about:blank for none"),
		"title":    text("the status in words"),
		"status":   {Type: huma.TypeInteger, Description: "the HTTP status"},
		"detail":   text("what happened, where that is meant for the public"),
		"instance": text("the path of the request"),
		"code":     text("the kind of error: invalid, not_found, conflict …"),
		"name":     text("the name of the error, where the service gave it one"),
		"call_id":  text("the id of the call, as the logs have it"),
		"errors": {
			Type: huma.TypeArray, Items: &huma.Schema{Ref: Prefix + detailName},
			Description: "what is wrong with the request",
		},
	}}
	detail := &huma.Schema{
		Type: huma.TypeObject, Required: []string{"location", "message"},
		Properties: map[string]*huma.Schema{
			"location": {Type: huma.TypeString, Description: "where", Examples: []any{"body.items[2].name"}},
			"message":  {Type: huma.TypeString, Description: "what", Examples: []any{`have "x", want a whole number`}},
		},
	}
	return map[string]*huma.Schema{problemName: problem, detailName: detail}
}

// Problem returns the response that every operation has for its errors.
func Problem() *huma.Response {
	return &huma.Response{
		Description: "The request failed.",
		Content:     map[string]*huma.MediaType{problemType: {Schema: &huma.Schema{Ref: Prefix + problemName}}},
	}
}
