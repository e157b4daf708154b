package sock_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/web/internal/sock"
)

func TestPagesOfTheSameHostAndOfTheListMayConnect(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		origins []string // of the request
		allowed []string
		want    bool
	}{
		{"no page", nil, nil, true},
		{"same host", []string{"https://shop.example:8000"}, nil, true},
		{"same host in capitals", []string{"https://SHOP.example:8000"}, nil, true},
		{"another port", []string{"https://shop.example"}, nil, false},
		{"another host", []string{"https://evil.example"}, nil, false},
		{"host as a part of it", []string{"https://shop.example:8000.evil.example"}, nil, false},
		{"host as the user", []string{"https://shop.example:8000@evil.example"}, nil, false},
		{"listed", []string{"https://app.example"}, []string{"https://app.example"}, true},
		{"listed with another scheme", []string{"http://app.example"}, []string{"https://app.example"}, false},
		{"all", []string{"https://evil.example"}, []string{"*"}, true},
		{"null", []string{"null"}, []string{"https://app.example"}, false},
		{"empty", []string{""}, nil, false},
		{"no URL", []string{"http://%zz"}, nil, false},
		{"two", []string{"https://shop.example:8000", "https://evil.example"}, nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodGet, "http://shop.example:8000/ws", nil)
			r.Header["Origin"] = tt.origins
			if have := sock.Allowed(r, tt.allowed); have != tt.want {
				t.Errorf("Allowed(%q, %q) = %t, want %t", tt.origins, tt.allowed, have, tt.want)
			}
		})
	}
}

func TestCloseFramesCarryOnlyWhatTheyMay(t *testing.T) {
	t.Parallel()
	tests := []struct {
		code, want int
	}{
		{1000, 1000}, {1001, 1001}, {1004, 1000}, {1005, 1000}, {1006, 1000}, {1007, 1007}, {1013, 1013}, {1014, 1000}, {0, 1000}, {-1, 1000}, {2999, 1000}, {3000, 3000}, {4999, 4999}, {5000, 1000},
	}
	for _, tt := range tests {
		client, s := open(t, usual(), echo)
		s.Close(tt.code, strings.Repeat("ü", 100))
		wantClose(t, client, tt.want, strings.Repeat("ü", 61))
	}
}
