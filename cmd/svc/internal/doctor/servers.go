package doctor

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/enoki-go/enoki/cmd/svc/internal/present"
)

// redisAnswers asks each Redis of the configuration.
type redisAnswers struct{}

func (redisAnswers) name() string { return "Redis" }

func (redisAnswers) run(ctx context.Context, p *Patient) (found []Finding) {
	all := p.urls("REDIS_URIS", "redis")
	if u := os.Getenv("REDIS_URL"); u != "" {
		all["REDIS_URL"] = u
	}
	return ask(ctx, all, []string{"redis", "rediss"}, "6379", pingRedis)
}

// postgresAnswers asks each PostgreSQL of the configuration.
type postgresAnswers struct{}

func (postgresAnswers) name() string { return "PostgreSQL" }

func (postgresAnswers) run(ctx context.Context, p *Patient) []Finding {
	return ask(ctx, p.urls("DB_URIS", "databases"), []string{"postgres", "postgresql"}, "5432", pingPostgres)
}

// urls returns what the configuration says under a list of URLs, and under sections with
// a key url, by the key that has it.
func (p *Patient) urls(list, sections string) map[string]string {
	found := map[string]string{}
	if p.Config == nil {
		return found
	}
	var listed, named map[string]any
	if p.Config.Section(list, &listed) == nil {
		for key, value := range listed {
			if u, is := value.(string); is {
				found[list+"."+key] = u
			}
		}
	}
	if p.Config.Section(sections, &named) == nil {
		for key, value := range named {
			section, _ := value.(map[string]any)
			if u, is := section["url"].(string); is {
				found[sections+"."+key+".url"] = u
			}
		}
	}
	return found
}

// ask asks the servers of the URLs with one of the schemes, each once.
func ask(ctx context.Context, urls map[string]string, schemes []string, port string, ping func(net.Conn) error) (found []Finding) {
	asked := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(urls)) {
		u, err := url.Parse(urls[key])
		if err != nil || !slices.Contains(schemes, u.Scheme) || u.Hostname() == "" {
			continue
		}
		addr := net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), port))
		if asked[addr] {
			continue
		}
		asked[addr] = true
		if err := dial(ctx, addr, u.Scheme == "rediss", ping); err != nil {
			found = append(found, problem("start it, or correct "+key, "%s, which %s names: %s", addr, key, present.Safe(err.Error())))
			continue
		}
		found = append(found, ok("%s answers (%s)", addr, key)...)
	}
	return found
}

// dial connects and asks; of a server that speaks TLS at once it is enough that it is
// there.
func dial(ctx context.Context, addr string, tls bool, ping func(net.Conn) error) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // nothing is left to be sent
	if tls {
		return nil
	}
	deadline, limited := ctx.Deadline()
	if !limited {
		deadline = time.Now().Add(time.Second)
	}
	if err := conn.SetDeadline(deadline); err != nil {
		return err
	}
	return ping(conn)
}

// pingRedis wants any answer of the protocol: one that asks for a password is there, too.
func pingRedis(conn net.Conn) error {
	if _, err := io.WriteString(conn, "PING\r\n"); err != nil {
		return err
	}
	line, err := bufio.NewReader(io.LimitReader(conn, 512)).ReadString('\n')
	if err != nil {
		return fmt.Errorf("it takes connections, but does not answer: %w", err)
	}
	if strings.HasPrefix(line, "+PONG") || strings.HasPrefix(line, "-NOAUTH") {
		return nil
	}
	return fmt.Errorf("it does not answer as Redis does: %.60q", line)
}

// pingPostgres asks whether TLS is spoken, which every PostgreSQL answers by a letter.
func pingPostgres(conn net.Conn) error {
	if _, err := conn.Write([]byte{0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f}); err != nil {
		return err
	}
	letter := make([]byte, 1)
	if _, err := io.ReadFull(conn, letter); err != nil {
		return fmt.Errorf("it takes connections, but does not answer: %w", err)
	}
	if letter[0] != 'S' && letter[0] != 'N' {
		return fmt.Errorf("it does not answer as PostgreSQL does: %q", letter)
	}
	return nil
}
