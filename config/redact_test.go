package config_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/config"
)

func loadText(content string) (*config.Config, error) {
	return config.Load(config.Text("c.yml", content))
}

func TestRedact(t *testing.T) {
	t.Parallel()
	tests := []struct{ url, want string }{
		{"", ""},
		{"text: a@b", "text: a@b"},
		{"nats://localhost:4222", "nats://localhost:4222"},
		{"nats://user:pass@host:4222/x", "nats://user:xxxxx@host:4222/x"},
		{"redis://:pass@host/0", "redis://:xxxxx@host/0"},
		{"nats://user:@host", "nats://user:xxxxx@host"},
		{"nats://user:p@ss@host", "nats://user:xxxxx@host"},
		{"nats://user:p/s?s#@host", "nats://user:xxxxx@host"},
		{"postgresql://me:p@ss/w:rd@127.0.0.1/db", "postgresql://me:xxxxx@127.0.0.1/db"},
		{"http://user:pass@host/a?mail=b@c", "http://user:xxxxx@host/a?mail=b@c"},
		{"http://user@host/a@b", "http://xxxxx@host/a@b"},
		{"NATS://token@host", "NATS://xxxxx@host"},
		{"postgres://user@host/db", "postgres://user@host/db"},
		{"http://host:8080/a@b", "http://host:8080/a@b"},
		{"http://host/a:b@c", "http://host/a:b@c"},
		{"nats://a:b@h1:1,nats://c:d@h2:2", "nats://a:xxxxx@h1:1,nats://c:xxxxx@h2:2"},
		{`dial "nats://a:b@h": refused by me@x`, `dial "nats://a:xxxxx@h": refused by me@x`},
		{"postgres://h/d?sslmode=off&Password=x&b=c", "postgres://h/d?sslmode=off&Password=xxxxx&b=c"},
		{"https://h/?api_key=x#f", "https://h/?api_key=xxxxx#f"},
	}
	for _, tt := range tests {
		t.Run(tt.url, func(t *testing.T) {
			t.Parallel()
			have := config.Redact(tt.url)
			if have != tt.want {
				t.Errorf("have %q, want %q", have, tt.want)
			}
			if again := config.Redact(have); again != have {
				t.Errorf("redacted twice: have %q, want %q", again, have)
			}
		})
	}
}

func TestYAMLRedactsSecretsByKey(t *testing.T) {
	t.Parallel()
	for _, key := range []string{
		"password", "PASSWORD", "db_password", "dbPassword", "DBPassword", "dbpassword", "passwd", "secret",
		"client-secret", "secrets", "token", "api_key", "apiKey", "API_KEY", "private_key", "credentials",
		"seed", "user_seed", "nkey", "user.nkey",
	} {
		for _, value := range []string{"hidden", "[hidden]", "{a: hidden}", "17"} {
			c := load(t, "s: {"+key+": "+value+"}", nil)
			want := "s:\n    " + key + ": '[redacted]'\n"
			if have := printed(t, c); have != want {
				t.Errorf("%s: %s: have %q, want %q", key, value, have, want)
			}
		}
	}
}

func TestYAMLShowsWhatIsNoSecret(t *testing.T) {
	t.Parallel()
	const content = "monkey: 1\nlinseed: a\npassword_file: /run/x\npassword: null\ntokenizer: b\n"
	if diff := cmp.Diff(content, printed(t, load(t, content, nil))); diff != "" {
		t.Errorf("printed (-want +have):\n%s", diff)
	}
}

func TestYAMLIsReadAgainAsItIs(t *testing.T) {
	t.Parallel()
	c := load(t, `
b: &b {n: 1, s: "1", t: 'true', f: 1.50, d: 2026-01-02, null: ~, "": x}
a: [*b, [], {}, "${X:a}", "$${N}", "a\nb\n", " ", "# no", !!binary aGk=, 0o17, .inf, "<<", '007', "\t"]
1: {<<: *b, url: "nats://h"}
`, nil)
	again := load(t, printed(t, c), nil)
	if diff := cmp.Diff(everything(t, c), everything(t, again)); diff != "" {
		t.Errorf("read again (-want +have):\n%s", diff)
	}
	if have, want := printed(t, again), printed(t, c); have != want {
		t.Errorf("printed again: have %q, want %q", have, want)
	}
}

func TestEmptyConfigPrintsAnEmptyMap(t *testing.T) {
	t.Parallel()
	if have := printed(t, config.Empty()); have != "{}\n" {
		t.Errorf("have %q, want {}", have)
	}
}

func printed(t *testing.T, c *config.Config) string {
	t.Helper()
	out, err := c.YAML()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestSecretKnowsKeysByTheirName(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]bool{
		"password": true, "db_password": true, "DBPassword": true, "db-password": true, "pass.phrase": true, "AuthToken": true, "pwd": true,
		"nkey": true, "monkey": false, "bypass": false, "by_pass": true, "seed": true, "linseed": false, "api_key": true, "API-KEY": true,
		"key": false, "tokenizer": false, "": false, "_": false, "method": false, "call_id": false, "error": false, "elapsed": false,
		"geheimnis": false, "пароль_token": true, "a_very_long_key_that_ends_in_a_private_key": true, "passwörd": false,
		"Authorization": true, "proxy-authorization": true, "Cookie": true, "Set-Cookie": true, "set_cookies": true, "author": false, "authorized": false,
	} {
		if have := config.Secret(key); have != want {
			t.Errorf("Secret(%q) = %v, want %v", key, have, want)
		}
	}
}

func TestJSONIsOneObjectWithoutSecrets(t *testing.T) {
	t.Parallel()
	have, err := load(t, `
broker: {url: "nats://user:hunter2@bus:4222"}
list: [1, 2.5, true, null, "${X:a}", .inf]
8000: {token: hidden}
`, nil).JSON()
	const want = `{"8000":{"token":"[redacted]"},"broker":{"url":"nats://user:xxxxx@bus:4222"},"list":[1,2.5,true,null,"a",".inf"]}`
	if err != nil || string(have) != want {
		t.Errorf("have %s, %v, want %s", have, err, want)
	}
	if have, err := config.Empty().JSON(); err != nil || string(have) != "{}" {
		t.Errorf("nothing is %s, %v, want {}", have, err)
	}
}
