package org.jccl.process;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jccl.ProcessGroup;

/** A member in a process of its own. */
final class GroupProcess {
  private GroupProcess() {}

  /** Arguments: port, rank, world size, bytes of an all-gather, or 0 to come to nothing. */
  public static void main(String[] args) throws IOException {
    int port = Integer.parseInt(args[0]);
    int rank = Integer.parseInt(args[1]);
    byte[] payload = new byte[Integer.parseInt(args[3])];
    Duration patience = Duration.ofMinutes(2);
    try (ProcessGroup group =
        Boolean.getBoolean("jccl.test.store")
            ? ProcessGroups.torchStore(
                "127.0.0.1", port, rank, Integer.parseInt(args[2]), "g", patience)
            : ProcessGroups.tcp(
                "127.0.0.1", port, rank, Integer.parseInt(args[2]), "s", patience)) {
      System.out.println("joined");
      if (payload.length > 0) {
        group.allGather(payload);
      }
      System.in.read(); // Until the test is over.
    } catch (RuntimeException failure) {
      System.out.println(failure.getMessage());
    }
  }

  /** Starts it. */
  static Process start(List<String> options, int port, int rank, int size, int bytes)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(options);
    command.addAll(
        List.of("-cp", place(GroupProcess.class) + File.pathSeparator + place(Frame.class)));
    command.add(GroupProcess.class.getName());
    for (int number : new int[] {port, rank, size, bytes}) {
      command.add(String.valueOf(number));
    }
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static String place(Class<?> type) {
    return Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString()))
        .toString();
  }

  /** Waits until it has joined. */
  static BufferedReader joined(Process process) throws IOException {
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder before = new StringBuilder();
    for (String line = out.readLine(); !"joined".equals(line); line = out.readLine()) {
      if (line == null) {
        throw new AssertionError("it ended: " + before);
      }
      before.append(line).append('\n');
    }
    return out;
  }

  static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return free.getLocalPort();
    }
  }
}
