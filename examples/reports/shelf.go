package reports

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/enoki-go/enoki/fault"
)

// ErrNotBuilt is returned for a report that nobody has built.
var ErrNotBuilt = fault.Declare("reports.not_built", fault.NotFound, "this report was not built")

// shelf is a folder with a file for each report. All instances use the same one.
type shelf string

func (s shelf) folder() string {
	return cmp.Or(string(s), filepath.Join(os.TempDir(), "enoki-reports"))
}

func (s shelf) file(year int) string { return filepath.Join(s.folder(), fmt.Sprintf("%d.json", year)) }

func (s shelf) find(year int) (report Report, err error) {
	text, err := os.ReadFile(s.file(year))
	if errors.Is(err, fs.ErrNotExist) {
		return report, ErrNotBuilt.Explain("the report of %d was not built", year)
	}
	if err != nil {
		return report, err
	}
	err = json.Unmarshal(text, &report)
	return report, err
}

// put writes a report so that others see all of it or nothing, whenever this process
// dies.
func (s shelf) put(report Report) error {
	text, err := json.Marshal(report)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.folder(), 0o700); err != nil {
		return err
	}
	draft, err := os.CreateTemp(s.folder(), "draft-")
	if err != nil {
		return err
	}
	_, err = draft.Write(text)
	if err := errors.Join(err, draft.Close()); err != nil {
		return errors.Join(err, os.Remove(draft.Name()))
	}
	return os.Rename(draft.Name(), s.file(report.Year))
}
