{ config, lib, ... }:
{
  options.my.names = lib.mkOption {
    type = lib.types.attrsOf lib.types.str;
    default = { };
    description = "</script><script>alert(1)</script> \"quoted\" & 'single' ‮gnp.exe";
  };

  config.my.names = {
    "a \"quoted\" name" = "one";
    "</script><img src=x onerror=alert(2)>" = "two";
    "]]>" = "three";
    "‮txt.right-to-left‬" = "four";
    "with.dot" = "five";
    "" = "six";
    "line\nbreak" = "seven";
    "-->" = "eight";
    "javascript:alert(3)" = "nine";
    "שלום" = "ten";
  };

  # source-id: CFG.names.</script><b>x
  # sink: services."a \"b\"".</style>
  config.services."</title>".text = config.my.names."</script><img src=x onerror=alert(2)>";
  # source-id: CFG.names.‮evil
  config.services.plain.text = config.my.names."a \"quoted\" name" + config.my.names."with.dot";
  # nixsink: ignore hard-coded-copy
  config.services.other.text = "one";
}
