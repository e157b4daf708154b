package api

import (
	"encoding/json"
	"errors"
	"strconv"
)

// User is the body of a request to register. Without an email it is answered by the API
// itself, so no member has to be there.
type User struct {
	Timestamp int64  `json:"timestamp,omitempty" doc:"when, in Unix seconds" example:"1553652949"`
	Email     string `json:"email,omitempty" doc:"by which users are told apart" example:"nameko@nameko.com"`
	Name      string `json:"name,omitempty" example:"xiaohua"`
	Language  string `json:"language,omitempty" example:"ZH"`
	Country   string `json:"country,omitempty" example:"CN"`
}

// Comment is the body of a request to comment on an article.
type Comment struct {
	Timestamp       int64  `json:"timestamp,omitempty" doc:"when, in Unix seconds" example:"1553652949"`
	UID             string `json:"u_id,omitempty" doc:"of who comments" example:"7000001"`
	Content         string `json:"content,omitempty" example:"very good."`
	ArticleID       int64  `json:"article_id,omitempty" example:"100"`
	ArticleUID      UID    `json:"article_u_id,omitempty" doc:"u_id of the author of the article" example:"7000002"`
	ParentCommentID int64  `json:"parent_comment_id,omitempty" doc:"the comment that this one answers, if any"`
}

// UID is a u_id that is described as a number; text is taken, too, because that is what
// answers give.
type UID string

// UnmarshalJSON reads a number or text. 0 and null are none.
func (u *UID) UnmarshalJSON(text []byte) error {
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		return err
	}
	switch v := v.(type) {
	case nil:
		*u = ""
	case string:
		*u = UID(v)
	case float64:
		*u = UID(strconv.FormatFloat(v, 'f', -1, 64))
	default:
		return errors.New("want a whole number")
	}
	if *u == "0" {
		*u = ""
	}
	return nil
}

// JSONSchemaOneOf says how a UID is described.
func (UID) JSONSchemaOneOf() []any { return []any{int64(0)} }

// Answer is the body of every answer, also of one that says no: then, too, the status of
// HTTP is 200, and the code is not 0.
type Answer[T any] struct {
	Code    int     `json:"code" enum:"0,10000,10001,10003,10004" doc:"0 where all went well"`
	Data    Data[T] `json:"data"`
	Message string  `json:"message" doc:"what is wrong"`
}

// Registered is what is told after a user has registered.
type Registered struct {
	UID *string `json:"u_id" doc:"seven digits; null where the user could not be kept" example:"7000001"`
}

// Commented is what is told after a comment was taken.
type Commented struct {
	CommentID int64 `json:"comment_id" doc:"when it was taken, in Unix seconds" example:"1553652950"`
}

// Data is what an answer tells: a T, or "" where Told is nil.
type Data[T any] struct{ Told *T }

// MarshalJSON writes it.
func (d Data[T]) MarshalJSON() ([]byte, error) {
	if d.Told == nil {
		return []byte(`""`), nil
	}
	return json.Marshal(d.Told)
}

// JSONSchemaOneOf says how Data is described.
func (Data[T]) JSONSchemaOneOf() []any { return []any{*new(T), ""} }

func tell[T any](t T) Answer[T] { return Answer[T]{Data: Data[T]{&t}} }

func refuse[T any](code int, message string) Answer[T] {
	return Answer[T]{Code: code, Message: message}
}
