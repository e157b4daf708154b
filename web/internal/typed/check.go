package typed

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/danielgtaylor/huma/v2"
)

// A check is a schema made ready to look at decoded values. huma.Validate is
// used for formats and for combined schemas only: of members it looks at those
// of its own spelling, while encoding/json takes any case; items that are to
// differ and cannot be compared end it in a panic; names with a dot let its
// paths grow without bound; and numbers of an enum fit float64 only.
type check struct {
	kind     string // of the schema: "" for any
	nullable bool
	required bool // as a member of an object
	name     string

	members  []*check
	elem     *check // of an array, or of the other members of an object
	combined *huma.Schema
	registry huma.Registry
	scalar   *scalar
	min, max *int // length
	unique   bool
	anyOf    *check // of the two schemas of a nullable reference, the one that is not null
}

// scalar is what text and numbers are held against.
type scalar struct {
	schema  *huma.Schema
	format  *huma.Schema // nil for none
	pattern *regexp.Regexp
	enum    []any // numbers as float64
}

// checkOf makes s ready. References lead to one check each, so that types that
// contain themselves end.
func (r *Registry) checkOf(s *huma.Schema) (*check, error) {
	if r.free[s] {
		return &check{nullable: true}, nil
	}
	if s.Ref != "" {
		return r.checkOfRef(s.Ref)
	}
	c := &check{kind: s.Type, nullable: s.Nullable || s.Type == "", registry: r.huma}
	switch {
	case isNullableRef(s):
		inner, err := r.checkOf(s.AnyOf[0])
		c.nullable, c.anyOf = true, inner
		return c, err
	case s.OneOf != nil, s.AnyOf != nil, s.AllOf != nil, s.Not != nil:
		c.combined = s
		return c, nil
	}
	switch s.Type {
	case huma.TypeObject:
		return c, r.fillObject(c, s)
	case huma.TypeArray:
		return c, r.fillArray(c, s)
	default:
		return c, c.fillScalar(s)
	}
}

func (r *Registry) checkOfRef(ref string) (*check, error) {
	if c, ok := r.checks[ref]; ok {
		return c, nil
	}
	s := r.huma.SchemaFromRef(ref)
	if s == nil {
		return nil, fmt.Errorf("have reference %s, want one to a schema of the registry", ref)
	}
	c := new(check)
	r.checks[ref] = c
	made, err := r.checkOf(s)
	if err != nil {
		delete(r.checks, ref)
		return nil, err
	}
	*c = *made
	return c, nil
}

func isNullableRef(s *huma.Schema) bool {
	return len(s.AnyOf) == 2 && s.AnyOf[0].Ref != "" && s.AnyOf[1].Type == typeNull
}

func (r *Registry) fillObject(c *check, s *huma.Schema) error {
	c.min, c.max = s.MinProperties, s.MaxProperties
	if values, ok := s.AdditionalProperties.(*huma.Schema); ok {
		elem, err := r.checkOf(values)
		if err != nil {
			return err
		}
		c.elem = elem
	}
	required := make(map[string]bool)
	for _, name := range s.Required {
		required[name] = true
	}
	for _, name := range sortedNames(s.Properties) {
		inner, err := r.checkOf(s.Properties[name])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		c.members = append(c.members, &check{name: name, required: required[name] && !s.Properties[name].ReadOnly, anyOf: inner})
	}
	return nil
}

func (r *Registry) fillArray(c *check, s *huma.Schema) (err error) {
	c.min, c.max, c.unique = s.MinItems, s.MaxItems, s.UniqueItems
	if s.Items == nil {
		return nil
	}
	if c.elem, err = r.checkOf(s.Items); err != nil {
		return err
	}
	switch c.elem.kind {
	case huma.TypeString, huma.TypeNumber, huma.TypeInteger, huma.TypeBoolean:
		return nil
	}
	if c.unique {
		return errors.New(`have tag uniqueItems:"true" on a list of objects or lists, want it on a list of text or numbers`)
	}
	return nil
}

func (c *check) fillScalar(s *huma.Schema) error {
	l := &scalar{schema: s}
	if s.Format != "" && s.Type == huma.TypeString {
		l.format = &huma.Schema{Type: huma.TypeString, Format: s.Format}
	}
	if s.Pattern != "" {
		pattern, err := regexp.Compile(s.Pattern)
		if err != nil {
			return fmt.Errorf("have pattern %q, want a regular expression: %w", s.Pattern, err)
		}
		l.pattern = pattern
	}
	for _, v := range s.Enum {
		l.enum = append(l.enum, asFloat(v))
	}
	c.min, c.max, c.scalar = s.MinLength, s.MaxLength, l
	return nil
}

// free reports whether values that were read from text into the type of c always
// pass it, so that a request need not look.
func (c *check) free() bool {
	if c.anyOf != nil || c.combined != nil || c.min != nil || c.max != nil || c.unique {
		return false
	}
	if c.elem != nil {
		return c.elem.free()
	}
	if c.scalar == nil {
		return true
	}
	s := c.scalar.schema
	return c.scalar.format == nil && c.scalar.pattern == nil && len(s.Enum) == 0 && s.Minimum == nil && s.Maximum == nil &&
		s.ExclusiveMinimum == nil && s.ExclusiveMaximum == nil && s.MultipleOf == nil
}
