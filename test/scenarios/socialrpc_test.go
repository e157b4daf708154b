//go:build linux

package scenarios_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2/server"
	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
)

// The document says what the table of scenarios says; test/web tries it out in a browser.
func (s *story) s23() {
	s.t.Helper()
	if page := s.types("curl -f localhost:5000/apidocs/"); !strings.Contains(page, "<title>social") || !strings.Contains(page, "/openapi.json") {
		s.t.Errorf("have\n%s\nwant Swagger UI", page)
	}
	document := s.types("curl -f localhost:5000/openapi.json")
	for operation, want := range map[string]map[string]string{
		"register": {"timestamp": "integer", "email": "string", "name": "string", "language": "string", "country": "string"},
		"comment": {
			"timestamp": "integer", "article_id": "integer", "article_u_id": "integer", "parent_comment_id": "integer",
			"u_id": "string", "content": "string",
		},
	} {
		d := described{s.t, document}
		post := d.at("paths", "/api/v1/"+operation, "post")
		if diff := cmp.Diff(want, d.types(post, "requestBody")); diff != "" {
			s.t.Errorf("%s: body: - want, + have:\n%s", operation, diff)
		}
		answer := map[string]string{"code": "integer", "message": "string", "data": "one of object, string"}
		if diff := cmp.Diff(answer, d.types(post, "responses", "200")); diff != "" {
			s.t.Errorf("%s: answer: - want, + have:\n%s", operation, diff)
		}
	}
}

// A described is an OpenAPI document.
type described struct {
	t    *testing.T
	text string
}

// at returns what is at a place of the document.
func (d described) at(path ...string) any {
	d.t.Helper()
	var tree any
	if err := json.Unmarshal([]byte(d.text), &tree); err != nil {
		d.t.Fatalf("%v in %s", err, d.text)
	}
	return d.below(tree, path...)
}

func (d described) below(tree any, path ...string) any {
	d.t.Helper()
	for _, key := range path {
		object, _ := tree.(map[string]any)
		if tree = object[key]; tree == nil {
			d.t.Fatalf("have no %q of %q in\n%s", key, path, d.text)
		}
	}
	return tree
}

// types returns the types of the members of what is sent somewhere as JSON.
func (d described) types(operation any, path ...string) map[string]string {
	d.t.Helper()
	schema := d.below(operation, append(path, "content", "application/json", "schema")...)
	all := make(map[string]string)
	for name, member := range d.below(d.resolved(schema), "properties").(map[string]any) {
		all[name] = d.typeOf(member)
	}
	return all
}

func (d described) resolved(schema any) any {
	d.t.Helper()
	if ref, ok := schema.(map[string]any)["$ref"].(string); ok {
		return d.at(strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
	}
	return schema
}

func (d described) typeOf(schema any) string {
	d.t.Helper()
	schema = d.resolved(schema)
	choice, ok := schema.(map[string]any)["oneOf"].([]any)
	if !ok {
		return d.below(schema, "type").(string)
	}
	var names []string
	for _, one := range choice {
		names = append(names, d.typeOf(one))
	}
	return "one of " + strings.Join(names, ", ")
}

func (s *story) s32() {
	s.called("register.register", `["`+s.a+`","already registered."]`, "email=nameko@nameko.com")
	const unpack = `u_id, message = n.rpc.register.register(email="nameko@nameko.com"); ok, said = n.rpc.push.push(u_id=u_id, content="shell"); print(u_id, message, ok, said)`
	if have, want := s.prints("shell", "-c", unpack), s.a+" already registered. True push success."; have != want {
		s.t.Errorf("have %q, want %q", have, want)
	}
}

// This process is no service. It calls one, and one that calls another; then a request
// does.
func (s *story) s33() {
	c := s.client()
	var uID, message string
	result, err := c.Proxy("register").Call(await.Within(s.t, patience), "register", rpc.Named{"email": "nameko2@nameko.com"})
	if err == nil {
		err = result.Decode(&uID, &message)
	}
	if err != nil || uID != s.b || message != "already registered." {
		s.t.Errorf("have %q, %q and %v, want %s", uID, message, err, s.b)
	}
	var ok bool
	result, err = c.Proxy("push").Call(await.Within(s.t, patience), "push", uID, "plain process")
	if err == nil {
		err = result.Decode(&ok, &message)
	}
	if err != nil || !ok || message != "push success." {
		s.t.Errorf("have %t, %q and %v, want true and push success.", ok, message, err)
	}
	s.chain()
}

// chain checks that a request, the push that follows from it and the look-up that follows
// from that are one stack of calls.
func (s *story) chain() {
	s.t.Helper()
	text := s.types(`curl -i -d '{"u_id":"` + s.b + `","content":"one chain","article_id":103,"article_u_id":` + s.a + `}' localhost:5000/api/v1/comment`)
	header := regexp.MustCompile(`(?m)^X-Call-Id: (\S+)$`).FindStringSubmatch(text)
	if header == nil || !strings.HasPrefix(text, "HTTP/1.1 200 ") {
		s.t.Fatalf("have\n%s\nwant 200 and the id of the call", text)
	}
	push := s.processes["push"].await(`content: one chain" service=push .*call_id=(\S+)`, 1)[1]
	s.processes["register"].await(`u_id=`+s.a+` stack="\[`+header[1]+` `+push+` (\S+)\]" .*call_id=`, 1)
}

func (s *story) s34() {
	o, err := redis.ParseURL("redis://" + s.redis.addr + "/" + strings.TrimPrefix(s.env[1], "REDIS_DB="))
	if err != nil {
		s.t.Fatal(err)
	}
	c := redis.NewClient(o)
	defer func() { _ = c.Close() }()
	users, err := c.HGetAll(s.t.Context(), "users").Result()
	if diff := cmp.Diff(map[string]string{"nameko@nameko.com": s.a, "nameko2@nameko.com": s.b}, users); diff != "" || err != nil {
		s.t.Errorf("users: %v, - want, + have:\n%s", err, diff)
	}
	data, err := c.HGetAll(s.t.Context(), "users_data").Result()
	var user map[string]any
	if err == nil && len(data) == 2 {
		err = json.Unmarshal([]byte(data[s.a]), &user)
	}
	want := map[string]any{"country": "CN", "email": "nameko@nameko.com", "language": "ZH", "name": "xiaohua", "timestamp": 1553652949.0}
	if diff := cmp.Diff(want, user); diff != "" || err != nil {
		s.t.Errorf("users_data of %s: %v, - want, + have:\n%s\nin %v", s.a, err, diff, data)
	}
}

// A Redis that takes nothing stands behind the door.
func TestS35StorageThatRefusesIsTold(t *testing.T) {
	t.Parallel()
	s := &story{tour: openTour(t), t: t}
	s.folder = "social"
	s.redis.shut()
	refusing, err := server.NewServer("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(refusing.Close)
	for _, err := range []error{
		refusing.Register("PING", func(p *server.Peer, _ string, _ []string) { p.WriteInline("PONG") }),
		refusing.Register("SELECT", func(p *server.Peer, _ string, _ []string) { p.WriteOK() }),
		refusing.Register("HGET", func(p *server.Peer, _ string, _ []string) { p.WriteNull() }),
		refusing.Register("HSETNX", func(p *server.Peer, _ string, _ []string) { p.WriteInt(0) }),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	s.redis.server = refusing.Addr().String()
	s.redis.open()
	s.all("register", "api")
	s.answers("register", `{"email":"nameko@nameko.com"}`, `{"code":10001,"data":{"u_id":null},"message":"register failed."}`)
}

// Nobody has said another port.
func TestS22PortIs5000UnlessTheFlagSaysAnother(t *testing.T) {
	w := openTour(t)
	p := w.launch("../../examples/social/api") // it may be taken
	if where := p.await(`(?:url=http://|address )127\.0\.0\.1:(\d+) `, 1)[1]; where != "5000" {
		t.Errorf("have port %s, want 5000", where)
	}
}
