# Completion for bash. Written by cargo run -p nlbox-tests --bin docs from the tables that the parser reads.

_nlbox_applets='ip bridge nsenter unshare isolate ping ping6 arping watch tcpdump nat iptables ip6tables ifconfig route arp brctl vconfig tunctl'
_nlbox_options='-family -4 -6 -0 -M -B -human-readable -iec -resolve -rcvbuf -loops -timestamp -tshort -stats -statistics -details -oneline -Version -force -batch -brief -json -pretty -help -netns -Numeric -all -color'
_nlbox_kinds='amt bareudp bond bond_slave bridge bridge_slave erspan geneve gre gretap gtp hsr ip6erspan ip6gre ip6gretap ip6tnl ipip ipvlan ipvtap macvlan macvtap netkit sit tun veth vlan vrf vrf_slave vti vti6 vxcan vxlan xfrm'
declare -gA _nlbox_words=(
    [ip]='address route rule neigh link monitor tunnel tuntap netns nexthop addrlabel ntable token netconf maddr tcp_metrics mroute mrule vrf mptcp stats help'
    ['ip address']='add change replace delete show flush save showdump restore help'
    ['ip address add']='dev local peer remote broadcast brd anycast scope label metric priority preference valid_lft preferred_lft proto'
    ['ip address change']='dev local peer remote broadcast brd anycast scope label metric priority preference valid_lft preferred_lft proto'
    ['ip address replace']='dev local peer remote broadcast brd anycast scope label metric priority preference valid_lft preferred_lft proto'
    ['ip address delete']='dev local peer remote broadcast brd anycast scope label metric priority preference valid_lft preferred_lft proto'
    ['ip address show']='dev to scope up down label group master vrf nomaster type proto'
    ['ip address flush']='dev to scope up down label group master vrf nomaster type proto'
    ['ip address save']='dev to scope up down label group master vrf nomaster type proto'
    ['ip route']='show flush save get add change replace prepend append test delete restore showdump help'
    ['ip route show']='table vrf cached cloned tos dsfield protocol scope type dev oif iif mark metric priority preference via src realms from to'
    ['ip route flush']='table vrf cached cloned tos dsfield protocol scope type dev oif iif mark metric priority preference via src realms from to'
    ['ip route save']='table vrf cached cloned tos dsfield protocol scope type dev oif iif mark metric priority preference via src realms from to'
    ['ip route get']='from tos dsfield iif mark oif dev notify vrf uid fibmatch ipproto sport dport to'
    ['ip route add']='src via dev from tos dsfield expires metric priority preference scope mtu hoplimit advmss reordering rtt rto_min window cwnd initcwnd initrwnd features quickack congctl rttvar ssthresh realms onlink nexthop nhid protocol table vrf oif pref fastopen_no_cookie ttl-propagate encap as to'
    ['ip route change']='src via dev from tos dsfield expires metric priority preference scope mtu hoplimit advmss reordering rtt rto_min window cwnd initcwnd initrwnd features quickack congctl rttvar ssthresh realms onlink nexthop nhid protocol table vrf oif pref fastopen_no_cookie ttl-propagate encap as to'
    ['ip route replace']='src via dev from tos dsfield expires metric priority preference scope mtu hoplimit advmss reordering rtt rto_min window cwnd initcwnd initrwnd features quickack congctl rttvar ssthresh realms onlink nexthop nhid protocol table vrf oif pref fastopen_no_cookie ttl-propagate encap as to'
    ['ip route prepend']='src via dev from tos dsfield expires metric priority preference scope mtu hoplimit advmss reordering rtt rto_min window cwnd initcwnd initrwnd features quickack congctl rttvar ssthresh realms onlink nexthop nhid protocol table vrf oif pref fastopen_no_cookie ttl-propagate encap as to'
    ['ip route append']='src via dev from tos dsfield expires metric priority preference scope mtu hoplimit advmss reordering rtt rto_min window cwnd initcwnd initrwnd features quickack congctl rttvar ssthresh realms onlink nexthop nhid protocol table vrf oif pref fastopen_no_cookie ttl-propagate encap as to'
    ['ip route test']='src via dev from tos dsfield expires metric priority preference scope mtu hoplimit advmss reordering rtt rto_min window cwnd initcwnd initrwnd features quickack congctl rttvar ssthresh realms onlink nexthop nhid protocol table vrf oif pref fastopen_no_cookie ttl-propagate encap as to'
    ['ip route delete']='src via dev from tos dsfield expires metric priority preference scope mtu hoplimit advmss reordering rtt rto_min window cwnd initcwnd initrwnd features quickack congctl rttvar ssthresh realms onlink nexthop nhid protocol table vrf oif pref fastopen_no_cookie ttl-propagate encap as to'
    ['ip rule']='list flush add delete save restore help'
    ['ip rule list']='not preference to from tos fwmark iif oif l3mdev uidrange tun_id table protocol ipproto sport dport dscp flowlabel'
    ['ip rule flush']='not preference to from tos fwmark iif oif l3mdev uidrange tun_id table protocol ipproto sport dport dscp flowlabel'
    ['ip rule add']='not from to preference tun_id tos fwmark realms protocol table suppress_prefixlength suppress_ifgroup iif oif l3mdev uidrange ipproto sport dport dscp flowlabel goto nop type'
    ['ip rule delete']='not from to preference tun_id tos fwmark realms protocol table suppress_prefixlength suppress_ifgroup iif oif l3mdev uidrange ipproto sport dport dscp flowlabel goto nop type'
    ['ip neigh']='add change replace delete get show flush help'
    ['ip neigh add']='lladdr nud proxy router use managed extern_learn extern_valid dev protocol to'
    ['ip neigh change']='lladdr nud proxy router use managed extern_learn extern_valid dev protocol to'
    ['ip neigh replace']='lladdr nud proxy router use managed extern_learn extern_valid dev protocol to'
    ['ip neigh delete']='lladdr nud proxy router use managed extern_learn extern_valid dev protocol to'
    ['ip neigh get']='dev proxy to'
    ['ip neigh show']='dev master vrf nomaster nud unused proxy protocol to'
    ['ip neigh flush']='dev master vrf nomaster nud unused proxy protocol to'
    ['ip link']='add set change replace delete show lst list xstats afstats property help'
    ['ip link add']='up down name index link address broadcast txqueuelen mtu netns multicast allmulticast promisc trailers arp carrier master vrf nomaster dynamic type alias group mode state numtxqueues numrxqueues addrgenmode link-netns protodown gso_max_size gso_max_segs gro_max_size gso_ipv4_max_size gro_ipv4_max_size parentdev protodown_reason vf xdp dev'
    ['ip link set']='up down name index link address broadcast txqueuelen mtu netns multicast allmulticast promisc trailers arp carrier master vrf nomaster dynamic type alias group mode state numtxqueues numrxqueues addrgenmode link-netns protodown gso_max_size gso_max_segs gro_max_size gso_ipv4_max_size gro_ipv4_max_size parentdev protodown_reason vf xdp dev'
    ['ip link change']='up down name index link address broadcast txqueuelen mtu netns multicast allmulticast promisc trailers arp carrier master vrf nomaster dynamic type alias group mode state numtxqueues numrxqueues addrgenmode link-netns protodown gso_max_size gso_max_segs gro_max_size gso_ipv4_max_size gro_ipv4_max_size parentdev protodown_reason vf xdp dev'
    ['ip link replace']='up down name index link address broadcast txqueuelen mtu netns multicast allmulticast promisc trailers arp carrier master vrf nomaster dynamic type alias group mode state numtxqueues numrxqueues addrgenmode link-netns protodown gso_max_size gso_max_segs gro_max_size gso_ipv4_max_size gro_ipv4_max_size parentdev protodown_reason vf xdp dev'
    ['ip link delete']='up down name index link address broadcast txqueuelen mtu netns multicast allmulticast promisc trailers arp carrier master vrf nomaster dynamic type alias group mode state numtxqueues numrxqueues addrgenmode link-netns protodown gso_max_size gso_max_segs gro_max_size gso_ipv4_max_size gro_ipv4_max_size parentdev protodown_reason vf xdp dev'
    ['ip link show']='up down group master vrf nomaster type dev'
    ['ip link lst']='up down group master vrf nomaster type dev'
    ['ip link list']='up down group master vrf nomaster type dev'
    ['ip link xstats']='type dev'
    ['ip link afstats']='dev'
    ['ip link property']='altname dev'
    ['ip monitor']='help'
    ['ip tunnel']='add change delete show 6rd help'
    ['ip tuntap']='add delete show lst list help'
    ['ip tuntap add']='mode user group pi one_queue vnet_hdr multi_queue name dev'
    ['ip tuntap delete']='mode user group pi one_queue vnet_hdr multi_queue name dev'
    ['ip tuntap show']='dev'
    ['ip tuntap lst']='dev'
    ['ip tuntap list']='dev'
    ['ip netns']='list show list-id add set delete identify pids exec monitor attach help'
    ['ip netns list-id']='target-nsid nsid'
    ['ip nexthop']='add replace delete show flush get bucket help'
    ['ip nexthop add']='id dev via encap blackhole fdb onlink group type protocol'
    ['ip nexthop replace']='id dev via encap blackhole fdb onlink group type protocol'
    ['ip nexthop delete']='id dev via encap blackhole fdb onlink group type protocol'
    ['ip nexthop show']='dev groups master vrf id protocol fdb'
    ['ip nexthop flush']='dev groups master vrf id protocol fdb'
    ['ip nexthop get']='id index'
    ['ip addrlabel']='list flush add delete help'
    ['ip addrlabel add']='prefix dev label'
    ['ip addrlabel delete']='prefix dev label'
    ['ip ntable']='show change help'
    ['ip token']='list get set delete help'
    ['ip token list']='dev'
    ['ip token get']='dev'
    ['ip token set']='dev'
    ['ip token delete']='dev'
    ['ip netconf']='show help'
    ['ip netconf show']='dev'
    ['ip maddr']='add delete show help'
    ['ip maddr add']='dev address'
    ['ip maddr delete']='dev address'
    ['ip maddr show']='dev'
    ['ip tcp_metrics']='show flush delete help'
    ['ip mroute']='show help'
    ['ip mroute show']='iif table from to'
    ['ip mrule']='list flush add delete save restore help'
    ['ip mrule list']='not preference to from tos fwmark iif oif l3mdev uidrange tun_id table protocol ipproto sport dport dscp flowlabel'
    ['ip mrule flush']='not preference to from tos fwmark iif oif l3mdev uidrange tun_id table protocol ipproto sport dport dscp flowlabel'
    ['ip mrule add']='not from to preference tun_id tos fwmark realms protocol table suppress_prefixlength suppress_ifgroup iif oif l3mdev uidrange ipproto sport dport dscp flowlabel goto nop type'
    ['ip mrule delete']='not from to preference tun_id tos fwmark realms protocol table suppress_prefixlength suppress_ifgroup iif oif l3mdev uidrange ipproto sport dport dscp flowlabel goto nop type'
    ['ip vrf']='identify pids exec show help'
    ['ip mptcp']='endpoint limits monitor help'
    ['ip stats']='show set help'
    ['ip stats show']='dev group subgroup suite'
    ['ip stats set']='dev l3_stats'
    [bridge]='link fdb mdb mst vlan vni monitor help'
    ['bridge link']='set show help'
    ['bridge link set']='dev self master hwmode'
    ['bridge link show']='dev master'
    ['bridge fdb']='add append replace delete get show flush help'
    ['bridge fdb add']='dev dst nhid port vni src_vni via self master router local static dynamic vlan use extern_learn sticky activity_notify inactive norefresh to'
    ['bridge fdb append']='dev dst nhid port vni src_vni via self master router local static dynamic vlan use extern_learn sticky activity_notify inactive norefresh to'
    ['bridge fdb replace']='dev dst nhid port vni src_vni via self master router local static dynamic vlan use extern_learn sticky activity_notify inactive norefresh to'
    ['bridge fdb delete']='dev dst nhid port vni src_vni via self master router local static dynamic vlan use extern_learn sticky activity_notify inactive norefresh to'
    ['bridge fdb get']='brport br vlan vni self master dynamic to'
    ['bridge fdb show']='brport br vlan state dynamic'
    ['bridge fdb flush']='dev brport vlan src_vni nhid vni port dst self master permanent nopermanent static nostatic dynamic nodynamic added_by_user noadded_by_user extern_learn noextern_learn sticky nosticky offloaded nooffloaded'
    ['bridge mdb']='add replace delete show get flush help'
    ['bridge mdb add']='dev grp port permanent temp vid src filter_mode source_list proto dst dst_port vni src_vni via'
    ['bridge mdb replace']='dev grp port permanent temp vid src filter_mode source_list proto dst dst_port vni src_vni via'
    ['bridge mdb delete']='dev grp port permanent temp vid src filter_mode source_list proto dst dst_port vni src_vni via'
    ['bridge mdb show']='dev vid'
    ['bridge mdb get']='dev grp vid src src_vni'
    ['bridge mdb flush']='dev port vid permanent nopermanent proto src_vni dst dst_port vni'
    ['bridge mst']='set show help'
    ['bridge mst set']='dev msti state'
    ['bridge mst show']='dev'
    ['bridge vlan']='add delete show tunnelshow set global help'
    ['bridge vlan add']='dev vid self master pvid untagged tunnel_info'
    ['bridge vlan delete']='dev vid self master pvid untagged tunnel_info'
    ['bridge vlan show']='dev vid'
    ['bridge vlan tunnelshow']='dev vid'
    ['bridge vlan set']='dev vid'
    ['bridge vni']='add delete show help'
    ['bridge vni add']='dev vni group remote'
    ['bridge vni delete']='dev vni group remote'
    ['bridge vni show']='dev'
    ['bridge monitor']='help'
    ['type amt']='mode gateway_port relay_port local discovery dev max_tunnels'
    ['type bareudp']='dstport ethertype srcportmin multiproto'
    ['type bond']='mode active_slave clear_active_slave miimon updelay downdelay peer_notify_delay use_carrier arp_interval arp_missed_max arp_ip_target ns_ip6_target arp_validate arp_all_targets primary primary_reselect fail_over_mac xmit_hash_policy resend_igmp num_grat_arp all_slaves_active min_links lp_interval packets_per_slave lacp_active lacp_rate ad_select ad_actor_sys_prio ad_user_port_key ad_actor_system tlb_dynamic_lb coupled_control broadcast_neighbor'
    ['type bond_slave']='queue_id prio actor_port_prio'
    ['type bridge']='forward_delay hello_time max_age ageing_time stp_state priority vlan_filtering vlan_protocol fdb_flush fdb_max_learned vlan_default_pvid vlan_stats_enabled vlan_stats_per_port group_fwd_mask group_address mcast_router mcast_snooping no_linklocal_learn mcast_vlan_snooping mst_enabled mdb_offload_fail_notification fdb_local_vlan_0 mcast_query_use_ifaddr mcast_querier mcast_hash_elasticity mcast_hash_max mcast_last_member_count mcast_startup_query_count mcast_last_member_interval mcast_membership_interval mcast_querier_interval mcast_query_interval mcast_query_response_interval mcast_startup_query_interval mcast_stats_enabled mcast_igmp_version mcast_mld_version nf_call_iptables nf_call_ip6tables nf_call_arptables'
    ['type bridge_slave']='state priority cost fdb_flush hairpin guard root_block fastleave learning flood proxy_arp proxy_arp_wifi mcast_flood mcast_router mcast_fast_leave bcast_flood mcast_to_unicast neigh_suppress neigh_vlan_suppress group_fwd_mask vlan_tunnel isolated locked mab backup_port nobackup_port backup_nhid'
    ['type erspan']='key ikey okey seq iseq oseq csum external remote local dev ttl tos pmtudisc ignore-df icsum ocsum fwmark erspan erspan_ver erspan_dir erspan_hwid encap noencap encap-sport encap-dport encap-csum encap-udp6-csum encap-remcsum'
    ['type geneve']='external id vni remote ttl hoplimit tos dsfield df label flowlabel dstport udpcsum udp6zerocsumtx udp6zerocsumrx innerprotoinherit'
    ['type gre']='key ikey okey seq iseq oseq csum external remote local dev ttl tos pmtudisc ignore-df icsum ocsum fwmark encap noencap encap-sport encap-dport encap-csum encap-udp6-csum encap-remcsum'
    ['type gretap']='key ikey okey seq iseq oseq csum external remote local dev ttl tos pmtudisc ignore-df icsum ocsum fwmark encap noencap encap-sport encap-dport encap-csum encap-udp6-csum encap-remcsum'
    ['type gtp']='role hsize restart_count'
    ['type hsr']='supervision slave1 slave2 interlink proto version'
    ['type ip6erspan']='key ikey okey seq iseq oseq csum external remote local dev hoplimit encaplimit tclass flowlabel dscp fwmark icsum ocsum allow-localremote erspan erspan_ver erspan_dir erspan_hwid encap noencap encap-sport encap-dport encap-csum encap-udp6-csum encap-remcsum'
    ['type ip6gre']='key ikey okey seq iseq oseq csum external remote local dev hoplimit encaplimit tclass flowlabel dscp fwmark icsum ocsum allow-localremote encap noencap encap-sport encap-dport encap-csum encap-udp6-csum encap-remcsum'
    ['type ip6gretap']='key ikey okey seq iseq oseq csum external remote local dev hoplimit encaplimit tclass flowlabel dscp fwmark icsum ocsum allow-localremote encap noencap encap-sport encap-dport encap-csum encap-udp6-csum encap-remcsum'
    ['type ip6tnl']='external mode remote local dev hoplimit encaplimit tclass flowlabel dscp fwmark allow-localremote encap noencap encap-sport encap-dport encap-csum encap-udp6-csum encap-remcsum'
    ['type ipip']='external mode remote local dev ttl tos pmtudisc 6rd-prefix 6rd-relay_prefix 6rd-reset fwmark encap noencap encap-sport encap-dport encap-csum encap-udp6-csum encap-remcsum'
    ['type ipvlan']='mode private vepa bridge'
    ['type ipvtap']='mode private vepa bridge'
    ['type macvlan']='mode flag nopromisc bcqueuelen bclim macaddr'
    ['type macvtap']='mode flag nopromisc bcqueuelen bclim macaddr'
    ['type netkit']='mode forward blackhole scrub'
    ['type sit']='external mode remote local dev ttl tos pmtudisc isatap 6rd-prefix 6rd-relay_prefix 6rd-reset fwmark encap noencap encap-sport encap-dport encap-csum encap-udp6-csum encap-remcsum'
    ['type vlan']='protocol id reorder_hdr gvrp mvrp loose_binding bridge_binding ingress-qos-map egress-qos-map'
    ['type vrf']='table'
    ['type vti']='remote local dev key ikey okey fwmark'
    ['type vti6']='remote local dev key ikey okey fwmark'
    ['type vxlan']='external vnifilter id vni group remote local dev port srcport dsfield dstport learning proxy rsc l2miss l3miss ttl hoplimit tos df flowlabel ageing maxaddress udpcsum udp6zerocsumtx udp6zerocsumrx remcsumtx remcsumrx localbypass gbp gpe'
    ['type xfrm']='external dev if_id'
)

_nlbox() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} program=${COMP_WORDS[0]##*/}
    local -i at=1 n=0
    local path= kind= word words
    if [[ $program == nlbox ]]; then
        if ((COMP_CWORD == 1)); then
            mapfile -t COMPREPLY < <(compgen -W "$_nlbox_applets --list --install --version --help" -- "$cur")
            return
        fi
        program=${COMP_WORDS[1]} at=2
    fi
    [[ ${_nlbox_words[$program]+there} ]] || return
    path=$program
    for ((; at < COMP_CWORD; at++)); do
        word=${COMP_WORDS[at]}
        case $word in
        -n | -netns | -f | -family | -b | -batch | -rc | -rcvbuf | -l | -loops) ((n == 0)) && at+=1 ;;
        -*) ;;
        *)
            [[ ${COMP_WORDS[at - 1]} == type ]] && kind=$word
            ((n < 2)) && path+=" $word"
            n+=1
            ;;
        esac
    done
    words=${_nlbox_words[$path]}
    [[ $kind ]] && words=${_nlbox_words[type $kind]}
    ((n == 0)) && words+=" $_nlbox_options"
    case $prev in
    type) words=$_nlbox_kinds ;;
    dev | link | master | iif | oif | via) words+=" $(cd /sys/class/net 2>/dev/null && echo *)" ;;
    netns | -n | -netns) words=$(cd /run/netns 2>/dev/null && echo *) ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _nlbox nlbox
