package typed_test

import (
	"encoding/json"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type paging struct {
	Limit int    `query:"limit" default:"20" minimum:"1" maximum:"100"`
	After string `query:"after"`
}

type search struct {
	paging

	Shop    string        `path:"shop"`
	ID      int64         `json:"id"`
	Tags    []string      `query:"tag"`
	Ratio   *float64      `query:"ratio"`
	Since   time.Time     `query:"since"`
	Within  time.Duration `query:"within" default:"1m30s"`
	From    netip.Addr    `query:"from"`
	Tenant  string        `header:"x-tenant"`
	Session string        `cookie:"session"`
	Exact   bool          `json:"exact,omitempty"`
	Skipped string        `json:"-"`
}

func TestFieldsComeFromWhereTheirTagsSay(t *testing.T) {
	t.Parallel()
	var have search
	err := decode(t, route("GET /{shop}/{id}", of[search]()), request{
		line:    "GET /tea/7?limit=5&after=x%20y&tag=a&tag=b,c&ratio=0.5&since=2026-01-02T03:04:05Z&from=::1&exact=true&unknown=1",
		headers: []string{"X-Tenant: acme", "Cookie: session=s1"},
	}, &have)
	if err != nil {
		t.Fatal(err)
	}
	half := 0.5
	want := search{
		paging: paging{5, "x y"}, Shop: "tea", ID: 7, Tags: []string{"a", "b,c"}, Ratio: &half,
		Since: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Within: 90 * time.Second,
		From: netip.MustParseAddr("::1"), Tenant: "acme", Session: "s1", Exact: true,
	}
	if diff := cmp.Diff(want, have, cmp.AllowUnexported(search{}), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
}

func TestAbsentValuesLeaveDefaultsAndZeroes(t *testing.T) {
	t.Parallel()
	var have search
	if err := decode(t, route("GET /{shop}/{id}", of[search]()), request{line: "GET /tea/7"}, &have); err != nil {
		t.Fatal(err)
	}
	want := search{paging: paging{Limit: 20}, Shop: "tea", ID: 7, Within: 90 * time.Second}
	if diff := cmp.Diff(want, have, cmp.AllowUnexported(search{}), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
}

func TestAllThatIsWrongWithTextIsSaid(t *testing.T) {
	t.Parallel()
	err := decode(t, route("GET /{shop}/{id}", of[search]()), request{
		line: "GET /tea/x?limit=500&ratio=NaN&since=today&within=1&from=here&exact=maybe&after=a&after=b",
	}, new(search))
	wantDetails(t, err,
		"query.limit: have 500, want at most 100",
		"query.after: have 2 values, want one",
		`path.id: have "x", want a whole number`,
		`query.ratio: have "NaN", want a number`,
		`query.since: have "today", want a point in time such as 2006-01-02T15:04:05Z`,
		`query.within: have "1", want a duration such as 1m30s`,
		`query.from: have "here", want a netip.Addr`,
		`query.exact: have "maybe", want true or false`,
	)
}

type update struct {
	ID     string `path:"id"`
	Tenant string `header:"X-Tenant"`
	Name   string `json:"name" minLength:"2"`
	Count  int8   `json:"count,omitempty"`
	Note   *string
	Kind   string `json:"kind" enum:"tea,pot" default:"tea"`
}

func TestFieldsWithoutATagAreMembersOfTheBody(t *testing.T) {
	t.Parallel()
	var have update
	err := decode(t, route("PUT /items/{id}", of[update]()), request{
		line: "PUT /items/7", body: `{"name":"cup","count":3,"Note":"n","unknown":{"deep":[1]}}`,
	}, &have)
	if err != nil {
		t.Fatal(err)
	}
	note := "n"
	if diff := cmp.Diff(update{ID: "7", Name: "cup", Count: 3, Note: &note, Kind: "tea"}, have); diff != "" {
		t.Error(diff)
	}
}

func TestMemberOfTheBodyCannotStandInForAHeader(t *testing.T) {
	t.Parallel()
	var have update
	err := decode(t, route("PUT /items/{id}", of[update]()), request{
		line: "PUT /items/7", body: `{"name":"cup","Tenant":"evil","ID":"evil","X-Tenant":"evil"}`,
	}, &have)
	if err != nil {
		t.Fatal(err)
	}
	if have.Tenant != "" || have.ID != "7" {
		t.Errorf("have tenant %q and id %q, want none and 7", have.Tenant, have.ID)
	}
}

func TestPointerToAStructIsMade(t *testing.T) {
	t.Parallel()
	var have *update
	if err := decode(t, route("PUT /items/{id}", of[*update]()), request{line: "PUT /items/7", body: `{"name":"cup"}`}, &have); err != nil {
		t.Fatal(err)
	}
	if have == nil || have.ID != "7" || have.Name != "cup" {
		t.Errorf("have %+v, want id 7 and name cup", have)
	}
}

type upload struct {
	Name string `path:"rest"`
	Data []byte `body:""`
}

func TestBytesAreTheBodyAsItComes(t *testing.T) {
	t.Parallel()
	var have upload
	if err := decode(t, route("POST /files/{rest...}", of[upload]()), request{line: "POST /files/a/b.txt", body: "{\x00 raw"}, &have); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(upload{"a/b.txt", []byte("{\x00 raw")}, have); diff != "" {
		t.Error(diff)
	}
}

type wrapped struct {
	Dry  bool           `query:"dry"`
	Item map[string]any `body:""`
}

func TestFieldWithTagBodyTakesTheWholeBody(t *testing.T) {
	t.Parallel()
	var have wrapped
	if err := decode(t, route("POST /x", of[wrapped]()), request{line: "POST /x?dry=1", body: `{"a":[1,2.5]}`}, &have); err != nil {
		t.Fatal(err)
	}
	want := wrapped{true, map[string]any{"a": []any{int64(1), 2.5}}}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
}

func TestRawMessageKeepsItsText(t *testing.T) {
	t.Parallel()
	var have json.RawMessage
	if err := decode(t, route("POST /x", of[json.RawMessage]()), request{line: "POST /x", body: `{"a": 1}`}, &have); err != nil {
		t.Fatal(err)
	}
	if string(have) != `{"a": 1}` {
		t.Errorf("have %s", have)
	}
}
