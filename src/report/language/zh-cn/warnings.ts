/** Warnings about the reading of a capture in Chinese, by the keys of WARNINGS. */
import type { WarningKey } from '../../../capture/warning.js';

export const CHINESE_WARNINGS: Readonly<Record<WarningKey, string>> = {
  'more-like-these': '另有 {count} 条类似的警告。',
  'gzip-cut': 'gzip 文件不完整：读取了此前的 {octets} 字节。',
  'gzip-damaged': 'gzip 文件已损坏 ({error})：读取了此前的 {octets} 字节。',
  'reading-stopped': '读取在第 {octets} 字节处停止：系统无法继续读取 ({code})。',
  'link-type-unread': '{packets} 个链路类型为 {linkType} 的数据包无法解读，已跳过。',
  'ends-inside-packet': '文件在数据包 {packet} 中间结束，位于第 {offset} 字节：最后 {unread} 字节不是完整的记录。',
  'ends-inside-block': '文件在数据包 {packet} 之后的块中间结束，位于第 {offset} 字节：最后 {unread} 字节不是完整的块。',
  'ends-inside-long-block': '文件在数据包 {packet} 之后的块中间结束：缺少 {missing} 字节。',
  damaged: '文件已损坏：{what}。读取了此前的内容，其余没有读取。',
  'damaged-where':
    '文件已损坏，本应是数据包 {packet} 的位置（第 {offset} 字节）：{what}。读取了此前的内容，其余没有读取。',
  'length-of-packet': '数据包 {packet}（第 {offset} 字节）声称长度为 {length} 字节',
  'header-of-zeros': '数据包 {packet}（第 {offset} 字节）的头部全为零',
  'block-length': '类型为 {type} 的块声称长度为 {length} 字节',
  'block-lengths-differ': '类型为 {type} 的块给出的两个长度不一致',
  'no-byte-order': '节头部没有字节序标记',
  'too-many-interfaces': '描述的接口过多',
  'short-section-header': '节头部的长度为 {length} 字节',
  'section-version': '节的版本是 {version}，而只能读取 1.x',
  'packet-beyond-block': '块中有 {held} 字节，却声称有 {claimed} 字节',
  'unknown-interface': '它属于接口 {interface}，而文件没有描述该接口',
  'secrets-cut': '一个解密密钥块声称有 {claimed} 字节，实际有 {held} 字节；已略去。',
  'secrets-over-limit': '文件带有超过 {limit} 字节的解密密钥；其余已略去。',
  'secrets-too-late': 'TLS 密钥排在它们所属的数据包之后，距离太远，标准输入无法重读：请把抓包保存为文件后再读取。',
  'connections-evicted': '有 {count} 个连接在打开期间被放弃，因为同时打开的连接太多。',
  'lookups-forgotten': '最早的 {count} 次 DNS 查询已被遗忘，因为查询太多：其后的会话可能缺少域名。',
  'series-over-limit':
    '随时间变化的数值保留了 {kept} 个连接的，其后 {omitted} 个没有保留：用 --session 可以查看其中一个。',
  'key-log-lacks-client':
    '密钥日志缺少 {connections} 个 TLS 连接的客户端密钥，而另一侧的密钥是有的：客户端在其中发送的内容仍然是加密的。日志可能被截断，或开始记录得太晚。',
  'key-log-lacks-server':
    '密钥日志缺少 {connections} 个 TLS 连接的服务器密钥，而另一侧的密钥是有的：服务器在其中发送的内容仍然是加密的。日志可能被截断，或开始记录得太晚。',
  'key-log-fits-nothing':
    '密钥日志与这里的任何 TLS 连接都不相符：它的 {secrets} 个密钥属于另外 {connections} 个连接，是在别的时间或由别的程序记录的。',
  'key-log-over-limit': '密钥日志中的密钥超过 {limit} 个；{omitted} 个已略去。',
};
