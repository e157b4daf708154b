package launch_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/cmd/svc/internal/launch"
	"github.com/enoki-go/enoki/service"
)

func TestMergedManifestsNameEachServiceOnce(t *testing.T) {
	t.Parallel()
	orders, other := service.Declared{Name: "orders", Package: "a", Type: "Orders"}, service.Declared{Name: "orders", Package: "b", Type: "Orders"}
	page := map[string]json.RawMessage{"openapi": json.RawMessage(`{}`)}
	have := launch.Merge([]service.Manifest{
		{Services: []service.Declared{orders}, Documents: page},
		{Services: []service.Declared{other, orders}},
	})
	if diff := cmp.Diff(service.Manifest{Services: []service.Declared{orders, other}, Documents: page}, have); diff != "" {
		t.Errorf("(-want +have):\n%s", diff)
	}
}

func TestMergedManifestsHaveNoDocumentThatTwoProgramsHave(t *testing.T) {
	t.Parallel()
	page := service.Manifest{Documents: map[string]json.RawMessage{"openapi": json.RawMessage(`{}`)}}
	if have := launch.Merge([]service.Manifest{page, page}); have.Documents != nil {
		t.Errorf("have %s, want none: it would be that of one of the two", have.Documents)
	}
}
