package output

import "io"

func badgeSVG(io.Writer, Input) error   { panic("not written yet") }
func badgeJSON(io.Writer, Input) error  { panic("not written yet") }
func checkstyle(io.Writer, Input) error { panic("not written yet") }
func github(io.Writer, Input) error     { panic("not written yet") }
func gitlab(io.Writer, Input) error     { panic("not written yet") }
func jsonFormat(io.Writer, Input) error { panic("not written yet") }
func junit(io.Writer, Input) error      { panic("not written yet") }
func markdown(io.Writer, Input) error   { panic("not written yet") }
func octocov(io.Writer, Input) error    { panic("not written yet") }
func sarif(io.Writer, Input) error      { panic("not written yet") }
func text(io.Writer, Input) error       { panic("not written yet") }
