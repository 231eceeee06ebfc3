package org.jccl.benchmarks.flight;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jccl.CallListener;
import org.jccl.DataType;
import org.jccl.IssuedCall;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.conformance.fuzz.Mutations;
import org.jccl.conformance.fuzz.Reading;
import org.jccl.observe.FlightRecorder;

/** Recordings of jccl and of torch, changed: read, explained and replayed, or refused. */
class FlightFuzzProperties {
  private record Sum(long number, long count) implements IssuedCall {
    @Override
    public String operation() {
      return "all_reduce";
    }

    @Override
    public String method() {
      return "all_reduce";
    }

    @Override
    public DataType type() {
      return DataType.FLOAT32;
    }

    @Override
    public int reduction() {
      return 0;
    }

    @Override
    public int rootOrPeer() {
      return NO_RANK;
    }

    @Override
    public boolean isMessage() {
      return false;
    }

    @Override
    public long bytes() {
      return 4 * count;
    }

    @Override
    public long sendAddress() {
      return 0;
    }

    @Override
    public long receiveAddress() {
      return 0;
    }

    @Override
    public long streamHandle() {
      return 0;
    }

    @Override
    public int groupSize() {
      return 1;
    }
  }

  private static final Path HOME = folder();
  private static final byte[] JSON;
  private static final byte[] PICKLE;

  static {
    FlightRecorder recorder = FlightRecorder.builder().lines(false).build();
    CallListener end = recorder.listen(new CallListener.Endpoint("w", 0, 1, 0));
    end.before(new Sum(0, 4));
    end.after(new Sum(0, 4));
    try {
      JSON = Files.readAllBytes(recorder.write(HOME, "fuzz"));
      PICKLE = Files.readAllBytes(recorder.writeTorch(HOME).getFirst());
    } catch (IOException failed) {
      throw new ExceptionInInitializerError(failed);
    }
  }

  private static Path folder() {
    try {
      return Files.createTempDirectory("flights");
    } catch (IOException failed) {
      throw new ExceptionInInitializerError(failed);
    }
  }

  @Provide
  Arbitrary<byte[]> pickles() {
    return Mutations.bytes(
        PICKLE, "(dp0\nVversion\np1\nV2.10\np2\ns.".getBytes(StandardCharsets.UTF_8));
  }

  @Property
  void pickles_areReadOrRefused(@ForAll("pickles") byte[] bytes) {
    Reading.endsWell(() -> PickleReader.read("x", bytes), BadFileException.class);
  }

  @Property
  void dumpsOfTorch_areExplainedOrRefused(@ForAll("pickles") byte[] bytes) throws IOException {
    explained("nccl_trace_rank_0", bytes);
  }

  @Provide
  Arbitrary<String> recordings() {
    return Mutations.texts(new String(JSON, StandardCharsets.UTF_8));
  }

  @Property
  void recordings_areExplainedOrRefused(@ForAll("recordings") String text) throws IOException {
    explained("jccl-a-1.json", text.getBytes(StandardCharsets.UTF_8));
  }

  private static void explained(String name, byte[] content) throws IOException {
    Path dumps = Files.createTempDirectory(HOME, "one");
    Path file = Files.write(dumps.resolve(name), content);
    try {
      Reading.endsWell(() -> Explanation.of(dumps).program("Replayed"), BadFileException.class);
    } finally {
      Files.delete(file);
      Files.delete(dumps);
    }
  }
}
