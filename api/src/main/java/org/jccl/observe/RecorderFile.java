package org.jccl.observe;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jccl.file.WholeFile;
import org.jspecify.annotations.Nullable;

/** The file of a {@link FlightRecorder}: one JSON object, a call on each line. */
final class RecorderFile {
  private static final String FORMAT = "jccl-flight-recorder-1";

  private final StringBuilder text = new StringBuilder(4_096);

  private RecorderFile() {}

  static Path write(Path folder, String why, List<CallRing> rings) throws IOException {
    Files.createDirectories(folder);
    String host = hostName();
    long pid = ProcessHandle.current().pid();
    Path file =
        folder.resolve("jccl-" + host.replaceAll("[^A-Za-z0-9._-]", "_") + "-" + pid + ".json");
    RecorderFile content = new RecorderFile();
    content.file(host, pid, why, rings);
    WholeFile.write(file, content.text.toString());
    return file;
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException nameless) {
      return "host";
    }
  }

  private void file(String host, long pid, String why, List<CallRing> rings) {
    text.append("{\"format\":\"").append(FORMAT).append("\",\"host\":");
    string(host);
    text.append(",\"pid\":").append(pid).append(",\"written\":");
    string(Instant.now().toString());
    text.append(",\"reason\":");
    string(why);
    text.append(",\"communicators\":[");
    for (int i = 0; i < rings.size(); i++) {
      text.append(i == 0 ? "\n" : ",\n");
      communicator(rings.get(i));
    }
    text.append("]}\n");
  }

  private void communicator(CallRing ring) {
    text.append("{\"name\":");
    string(ring.where().communicator());
    text.append(",\"rank\":").append(ring.where().rank());
    text.append(",\"world_size\":").append(ring.where().worldSize());
    text.append(",\"device\":").append(ring.where().device());
    text.append(",\"state\":\"")
        .append(ring.isAborted() ? "aborted" : ring.isClosed() ? "closed" : "open")
        .append("\",\"collectives\":")
        .append(ring.collectives());
    text.append(",\"messages\":").append(ring.messages()).append(",\"calls\":[");
    List<CallRecord> calls = ring.records();
    for (int i = 0; i < calls.size(); i++) {
      text.append(i == 0 ? "\n  " : ",\n  ");
      call(calls.get(i));
    }
    text.append("]}");
  }

  private void call(CallRecord call) {
    text.append("{\"number\":").append(call.number());
    text.append(",\"message\":").append(call.isMessage()).append(",\"operation\":");
    string(call.operation());
    text.append(",\"method\":");
    string(call.method());
    text.append(",\"type\":");
    string(call.type() == null ? null : call.type().name());
    text.append(",\"reduction\":").append(call.reduction());
    text.append(",\"root_or_peer\":").append(call.rootOrPeer());
    text.append(",\"count\":").append(call.count());
    text.append(",\"bytes\":").append(call.bytes());
    text.append(",\"group_size\":").append(call.groupSize());
    text.append(",\"group\":").append(call.group());
    text.append(",\"stream\":").append(call.stream());
    text.append(",\"age_ns\":").append(call.nanos());
    text.append(",\"state\":\"").append(call.state()).append("\",\"site\":");
    string(call.site());
    text.append(",\"memory\":\"").append(call.memory().label());
    text.append("\",\"own_kernel\":").append(call.isOwnKernel());
    text.append(",\"prepared\":").append(call.isPrepared()).append('}');
  }

  private void string(@Nullable String value) {
    if (value == null) {
      text.append("null");
      return;
    }
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        text.append("\\u");
        String digits = Integer.toHexString(c);
        text.repeat('0', 4 - digits.length()).append(digits);
      } else {
        text.append(c);
      }
    }
    text.append('"');
  }
}
