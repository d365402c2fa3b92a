{
  imports = [ ./media ./apps ./monitoring ];
}
