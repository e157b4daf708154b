package gateway_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
)

// hostile are paths that must not reach the broker.
var hostile = []string{
	"/*/buy", "/shop/*", "/shop/>", "/>", "/%3E/%3E", "/shop/%2A", "/%00/buy", "/shop/buy%00", "/shop/bu%20y", "/shop%2Ebuy/x",
	"/%2e%2e/buy", "/shop/%2e%2e", "/shop%2Fbuy/x", "/shop/buy/", "//shop/buy", "/shop//buy", "/shop/../buy", "/..", "/../../etc/passwd",
	"/$SYS/REQ", "/$SYS/REQ/SERVER/PING", "/$JS/API/INFO", "/%24SYS/x", "/_INBOX/x", "/_INBOX/x/y/z", "/svc/rpc/shop/buy", "/svc/evt/x", "/rpc/shop/buy",
	"/shop.buy/x", "/svc.rpc.shop.buy", "/" + strings.Repeat("x", 8<<10) + "/buy", "/shop/" + strings.Repeat("x", 8<<10), "/open/" + strings.Repeat("x", 65),
	"/open" + strings.Repeat("/x", 300), "/open/" + strings.Repeat("xxxxxxxxxxxxxxxxx/", 40) + "x", "/shop/\xff", "/sh\u00f6p/buy", "/shop/buy;x", "/shop/buy\t", "/",
	"/shop/buy/now/and/then", "/constructor/prototype", "/__proto__/x",
}

// rawRequest speaks HTTP by hand: clients refuse or mend some of what can be said.
func rawRequest(t *testing.T, w *world, verb, path string) (status string) {
	t.Helper()
	address := strings.TrimPrefix(w.url, "http://")
	var d net.Dialer
	conn, err := d.DialContext(await.Within(t), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(await.Patience)); err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}", verb, path, address)
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil && err != io.EOF { //nolint:errorlint // as it is documented
		t.Fatalf("%s %.60q: %v", verb, path, err)
	}
	_, rest, _ := strings.Cut(line, " ")
	status, _, _ = strings.Cut(rest, " ")
	return status
}

// Red where names of a path become a subject unchecked.
func TestNothingOfAHostilePathReachesTheBroker(t *testing.T) {
	w := open(t, newShop(), &Mill{})
	heard := eavesdrop(t, plain.Conn(t, w.Broker().URL()))
	for _, path := range hostile {
		for _, verb := range []string{"POST", "GET", "DELETE", "*"} {
			status := rawRequest(t, w, verb, path)
			// net/http sends who asks for an unclean path to the clean one.
			if status != "404" && status != "400" && status != "405" && status != "307" && status != "301" {
				t.Errorf("%s %.60q: have status %q, want 404 or 400", verb, path, status)
			}
		}
	}
	for _, subject := range heard() {
		ours := func(prefix string) bool { return strings.HasPrefix(subject, prefix) } // which the gateway sends by itself
		if !slices.ContainsFunc([]string{"$SRV.INFO", "_INBOX.", "$KV.", "$JS.API.", "$JS.EVENT."}, ours) {
			t.Errorf("have a message on %.100s", subject)
		}
	}
	w.ask("POST", "/shop/buy", `["pear",1]`).want(t, 200, `{"article":"pear","count":1}`)
}

func TestMissesAskTheServicesSeldom(t *testing.T) {
	w := open(t, newShop())
	heard := eavesdrop(t, plain.Conn(t, w.Broker().URL()))
	began := time.Now()
	for range 300 {
		w.ask("GET", "/nowhere", "").wantProblem(t, 404)
	}
	questions := 0
	for _, subject := range heard() {
		if subject == "$SRV.INFO" {
			questions++
		}
	}
	if most := int(time.Since(began)/(250*time.Millisecond)) + int(time.Since(began)/(2*time.Second)) + 3; questions == 0 || questions > most {
		t.Errorf("have %d questions in %v, want at most %d", questions, time.Since(began), most)
	}
}

// Anybody on the broker can announce a service.
func TestWhatIsAnnouncedIsNotTrusted(t *testing.T) {
	w := open(t)
	nc := plain.Conn(t, w.Broker().URL())
	announce := func(name, endpoint, subject, metadata string) string {
		return fmt.Sprintf(`{"type":"io.nats.micro.v1.info_response","name":%q,"id":"1","version":"1.0.0","endpoints":[{"name":%q,"subject":%q,"metadata":%s}]}`,
			name, endpoint, subject, metadata)
	}
	lies := []string{
		announce("relay", "all", ">", `{"kind":"subject"}`), announce("system", "all", "$SYS.>", `{"kind":"subject"}`),
		announce("inboxes", "all", "_INBOX.>", `{"kind":"subject"}`), announce("ours", "all", "svc.>", `{"kind":"subject"}`),
		announce("stars", "all", "*.foo.get", `{"kind":"subject"}`), announce("thief", "buy", "svc.rpc.shop.buy", `{}`),
		announce("micro", "add", "micro.add", `{}`), announce("bad.name", "add", "svc.rpc.bad.name.add", `{}`),
		announce("honest", "all", "honest.>", `{"kind":"subject"}`), `{"name":`, `[]`,
	}
	if _, err := nc.Subscribe("$SRV.INFO", func(m *nats.Msg) {
		for _, lie := range lies {
			_ = m.Respond([]byte(lie))
		}
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := nc.Subscribe("honest.get", func(m *nats.Msg) { _ = m.Respond([]byte(`{"code":200,"data":1}`)) }); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	heard := eavesdrop(t, nc)
	await.Until(t, "what is announced is known", func() bool { return w.ask("GET", "/honest", "").body == "1" })
	for _, path := range []string{"/x/y", "/svc/rpc", "/_INBOX/x", "/$SYS/x", "/x/foo", "/micro/add", "/thief/buy", "/bad.name/add"} {
		if a := w.ask("POST", path, ""); a.StatusCode != http.StatusNotFound {
			t.Errorf("POST %s: have %d %s, want 404", path, a.StatusCode, a.body)
		}
	}
	for _, subject := range heard() {
		for _, secret := range []string{"x.", "svc.rpc.", "_INBOX.x", "$SYS", "micro."} {
			if strings.HasPrefix(subject, secret) {
				t.Errorf("have a message on %s", subject)
			}
		}
	}
}
