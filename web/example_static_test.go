package web_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"

	"github.com/enoki-go/enoki/internal/stage"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
)

// App has a page beside its routes.
type App struct {
	_ web.Route `method:"State" route:"GET /api/state"`
}

// State is what the page asks for.
func (*App) State() string { return "fine" }

// Folders are served where the configuration says so. No name or link leads out of them.
func ExampleRoute_static() {
	t := new(stage.Stage)
	defer t.End()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "index.html"), []byte("<h1>Fine?</h1>"), 0o600); err != nil {
		panic(err)
	}

	w := svctest.New(t, &App{}, svctest.Config("web: {static: {/: '"+folder+"'}}"))
	for _, path := range []string{"/", "/api/state"} {
		answer, err := http.Get(w.URL() + path)
		if err != nil {
			panic(err)
		}
		text, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		fmt.Println(answer.StatusCode, string(text))
	}
	// Output:
	// 200 <h1>Fine?</h1>
	// 200 fine
}
