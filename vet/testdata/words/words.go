package words

import "github.com/enoki-go/enoki/web"

type Order struct {
	Name  string `json:"name" minLenght:"3"`  // want `field Name: unknown tag key "minLenght", which nothing reads; did you mean "minLength"\?`
	Mail  string `json:"mail" fromat:"email"` // want `field Mail: unknown tag key "fromat", which nothing reads; did you mean "format"\?`
	Lines []Line `json:"lines" minItems:"1" yaml:"lines" validate:"required" db:"lines"`
}

type Line struct {
	Sku   string `json:"sku" maxlength:"9"` // want `unknown tag key "maxlength", which nothing reads; did you mean "maxLength"\?`
	Count int    `json:"count" minimum:"1" enum:"1,2"`
	Bad   int    `json:"bad" enum:"x"`
}

type API struct {
	_ web.Route `method:"Create" route:"POST /orders"` // want `web\.Route of Create: .*mend the tags of the type`
}

func (*API) Create(o Order) error { return nil }
