{ config, ... }:
{
  imports = [ ./cycle-a.nix ];
  my.names.right = config.my.names.left;
}
