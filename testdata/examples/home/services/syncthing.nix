{ config, ... }:
{
  services.syncthing = {
    enable = true;
    extraOptions = [ "--home=${config.xdg.configHome}/${config.my.person.login}" ];
  };
}
