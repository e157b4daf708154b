package jobs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // originals may be GIF
	_ "image/jpeg"
	"image/png"
	"io"
	"net/http"
	"os"
	"path/filepath"

	"github.com/enoki-go/enoki/fault"
)

// ErrNoPicture is returned for what is no picture, and will not be one later.
var ErrNoPicture = fault.Declare("thumbnails.no_picture", fault.Invalid, "this is no picture")

// A Painter makes a small copy of a picture. Two copies of the same are alike.
type Painter interface {
	// Paint fetches the picture at url and writes it to a file; its longer side has so
	// many pixels.
	Paint(ctx context.Context, url string, size int, file string) error
}

// NewPainter returns a painter that fetches pictures over HTTP, from wherever it is
// told to: let nobody call this service whom you do not trust.
func NewPainter() Painter { return painter{new(http.Client)} }

type painter struct{ client *http.Client }

func (p painter) Paint(ctx context.Context, url string, size int, file string) error {
	text, err := p.fetch(ctx, url)
	if err != nil {
		return err
	}
	original, err := read(text)
	if err != nil {
		return err
	}
	return write(shrink(original, size), file)
}

const (
	mostBytes  = 10 << 20 // of an original
	mostPixels = 40 << 20
)

// fetch returns the body of a page. What may be well later is not ErrNoPicture.
func (p painter) fetch(ctx context.Context, url string) (text []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, ErrNoPicture.Explain("%v", err)
	}
	response, err := p.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	switch {
	case response.StatusCode >= http.StatusInternalServerError, response.StatusCode == http.StatusTooManyRequests:
		return nil, fmt.Errorf("%s: %s", url, response.Status)
	case response.StatusCode != http.StatusOK:
		return nil, ErrNoPicture.Explain("%s: %s", url, response.Status)
	}
	return io.ReadAll(io.LimitReader(response.Body, mostBytes))
}

// read refuses pictures whose size alone would fill the memory.
func read(text []byte) (image.Image, error) {
	header, _, err := image.DecodeConfig(bytes.NewReader(text))
	if err != nil {
		return nil, ErrNoPicture.Explain("%v", err)
	}
	if header.Width <= 0 || header.Height <= 0 || header.Width > mostPixels/header.Height {
		return nil, ErrNoPicture.Explain("have %d × %d pixels, want at most %d", header.Width, header.Height, mostPixels)
	}
	original, _, err := image.Decode(bytes.NewReader(text))
	if err != nil {
		return nil, ErrNoPicture.Explain("%v", err)
	}
	return original, nil
}

// shrink takes of each square of the original the pixel in its corner.
func shrink(original image.Image, size int) image.Image {
	from := original.Bounds()
	longer := max(from.Dx(), from.Dy())
	width, height := max(1, from.Dx()*size/longer), max(1, from.Dy()*size/longer)
	small := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			small.Set(x, y, original.At(from.Min.X+x*from.Dx()/width, from.Min.Y+y*from.Dy()/height))
		}
	}
	return small
}

// write leaves a whole file or none, whenever the process dies.
func write(picture image.Image, file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	draft, err := os.CreateTemp(filepath.Dir(file), "draft-")
	if err != nil {
		return err
	}
	if err := errors.Join(png.Encode(draft, picture), draft.Close()); err != nil {
		return errors.Join(err, os.Remove(draft.Name()))
	}
	return os.Rename(draft.Name(), file)
}
