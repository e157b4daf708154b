package web

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path"
	"syscall"
	"time"
)

// filesIn serves the files of a folder, from which no name or link leads out. Folders
// are not listed; one with an index.html is that.
func filesIn(folder string) (http.Handler, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	files := http.FileServerFS(unlisted{root.FS()})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // a large file over a slow line takes long
		files.ServeHTTP(w, r)
	}), nil
}

// unlisted is a file system whose folders are not there, except with an index.html.
type unlisted struct{ fs.FS }

func (u unlisted) Open(name string) (fs.File, error) {
	f, err := u.FS.Open(name)
	if leadsNowhere(err) {
		return nil, fs.ErrNotExist
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() && !u.has(path.Join(name, "index.html")) {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// leadsNowhere reports whether a name cannot be that of a file, or leads out of the
// folder, of which the system says nothing.
func leadsNowhere(err error) bool {
	said, ok := errors.AsType[syscall.Errno](err)
	return err != nil && (!ok || said == syscall.EINVAL || said == syscall.ENAMETOOLONG)
}

func (u unlisted) has(name string) bool {
	_, err := fs.Stat(u.FS, name)
	return err == nil
}
