package parse

func (p *parser) check(f *File) {}
