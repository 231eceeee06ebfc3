package org.jccl.benchmarks.ways;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jccl.benchmarks.bench.NcclPeer;
import org.jccl.benchmarks.bench.WayPlan;
import org.jccl.benchmarks.bench.Workload;
import org.jccl.benchmarks.peers.Child;
import org.jccl.benchmarks.peers.Resident;

/**
 * What users of Python call: PyNccl's way and torch.distributed, in processes that stay between
 * their turns. {@code nccl_peers.py}, which comes with jccl, says how it is asked.
 */
final class PythonPeers implements AutoCloseable {
  private static final String SCRIPT = "nccl_peers.py";
  private static final Duration START = Duration.ofSeconds(120);
  private static final Duration TURN = Duration.ofSeconds(60);

  /** The script's names, and those in tables. */
  private static final Map<String, String> NAMES =
      Map.of("torch", "torch.distributed", "pynccl", "PyNccl's way");

  private final Resident python;

  /**
   * Python, not started yet.
   *
   * @param program Python 3
   * @param library NCCL's file; empty if it is not known
   * @param scratch a folder for the script
   */
  PythonPeers(Path program, int gpus, String library, Path scratch) throws IOException {
    Path script = scratch.resolve(SCRIPT);
    try (InputStream in = PythonPeers.class.getResourceAsStream(SCRIPT)) {
      if (in == null) {
        throw new IllegalStateException(SCRIPT + " is missing from the program");
      }
      Files.write(script, in.readAllBytes());
    }
    this.python =
        new Resident(
            List.of(program.toString(), "-u", script.toString(), "" + gpus, library),
            scratch.resolve("python.err"));
  }

  /** Starts it: who is there; who is not goes to {@code said} with the reason. */
  List<NcclPeer> look(NcclPeers.Notes said) throws IOException, InterruptedException {
    Child.Outcome answer = python.ask(List.of("hello"), START);
    List<NcclPeer> found = new ArrayList<>();
    if (!answer.failure().isEmpty()) {
      said.missing("torch.distributed and PyNccl's way", answer.failure());
      return found;
    }
    for (String line : answer.output().split("\n")) {
      String[] words = line.split(" ", 3);
      if (words.length == 3 && NAMES.containsKey(words[1])) {
        String name = NAMES.getOrDefault(words[1], words[1]);
        if (words[0].equals("here")) {
          said.here(name, words[2]);
          found.add(new Turns(name, words[1]));
        } else {
          said.missing(name, words[2]);
        }
      }
    }
    return found;
  }

  /** One of them. */
  private final class Turns implements NcclPeer {
    private final String name;
    private final String word;

    Turns(String name, String word) {
      this.name = name;
      this.word = word;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Map<Long, Double> measure(Workload workload, List<Long> bytes)
        throws IOException, InterruptedException {
      List<String> question = new ArrayList<>(List.of(word, workload.label()));
      bytes.forEach(size -> question.add(size + ":" + WayPlan.callsFor(size)));
      Child.Outcome answer = python.ask(question, TURN);
      if (!answer.failure().isEmpty()) {
        throw new IOException(answer.failure());
      }
      Map<Long, Double> times = new LinkedHashMap<>();
      for (String line : answer.output().split("\n")) {
        String[] words = line.strip().split(" ");
        if (words.length == 2) {
          times.put(Long.parseLong(words[0]), Double.parseDouble(words[1]));
        }
      }
      times.keySet().retainAll(bytes);
      return times;
    }

    @Override
    public void close() {
      PythonPeers.this.close();
    }
  }

  @Override
  public void close() {
    python.close();
  }
}
