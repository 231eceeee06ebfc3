package org.jccl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A member in Python, {@code jccl_torch.py}, among members and programs that are wrong. */
class TorchMemberTest {
  /** A store in one process, and rank 0 of two; {@code say} prints how a call fails. */
  private static final String STORE =
      """
      import jccl_torch, struct
      class Store(dict):
        def add(self, key, by):
          self[key] = str(int(self.get(key) or 0) + by).encode()
          return int(self[key])
        def get(self, key): return dict.get(self, key)
        def set(self, key, value): self[key] = value if isinstance(value, bytes) else value.encode()
        def append(self, key, value): self[key] = (self.get(key) or b"") + value.encode()
        def check(self, keys): return all(key in self for key in keys)
        def delete_key(self, key): return self.pop(key, None) is not None
      store = Store({"g/join/join.2/1": b""})
      group = jccl_torch.Group(store, 0, 2, "g", 0.4)
      def say(call):
        try: print("fine", call())
        except Exception as failure: print(type(failure).__name__, ascii(str(failure)))
      """;

  @Test
  void wordsOfAPeerThatAreNone_breakNothing_andAreClean() throws Exception {
    String said =
        python(
            """
            store["g/gone"] = (chr(0xb2) + "\\n" + "9" * 5000 + "\\n-1 x\\n1 left \\x1b[31mred\\n").encode() + b"\\xff"
            say(group.barrier)
            say(group.barrier)
            store["g/failed"] = b"words"
            say(group.barrier)
            """);

    assertThat(said.lines())
        .hasSize(3)
        .allMatch(line -> line.startsWith("GroupError 'process group, rank 0/2: "))
        .first()
        .asString()
        .contains("rank 1 will not come to barrier.0: it left ?[31mred");
    assertThat(said).endsWith("rank 0/2: words'");
  }

  @Test
  void whatAProgramGivesWrong_isRefused_beforeOthersWait() throws Exception {
    String said =
        python(
            """
            say(lambda: group.all_gather(5))
            say(lambda: group.all_gather("text"))
            say(lambda: group.broadcast(b"", -1))
            say(lambda: group.gather(b"", 2))
            say(lambda: group.gather(b"", True))
            say(lambda: jccl_torch.Group(store, 1.0, 2, "h"))
            say(lambda: jccl_torch.Group(store, 1, 2, "h", float("nan")))
            check = jccl_torch.CrossRankCheck(group)
            say(lambda: check.before("all_reduce", 1.5, "float32", "sum"))
            say(lambda: check.before("all_reduce", 1 << 63, "float32", "sum"))
            say(lambda: check.before("all_reduce", 1, "float32", "xor"))
            say(lambda: check.before("broadcast", 1, "float32", None, 2))
            print(group._position, check._calls, check._next)
            """);

    assertThat(said.lines())
        .hasSize(12)
        .noneMatch(line -> line.startsWith("fine"))
        .filteredOn(line -> !line.startsWith("TypeError") && !line.startsWith("ValueError"))
        .containsExactly("0 [] 0");
  }

  @Test
  void offersThatAreNone_areRefusedInWords() throws Exception {
    String said =
        python(
            """
            good = jccl_torch._offered(22809, "NCCL", "host/GPU-2", False)
            for end in range(len(good)):
              print(jccl_torch._refusal([good[:end]]))
            print(jccl_torch._refusal([jccl_torch._unable("no \\x1b[31mGPU")]))
            """);

    assertThat(said.lines()).allMatch(line -> line.contains("rank 0 cannot: "));
    assertThat(said).endsWith("rank 0 cannot: no ?[31mGPU");
  }

  @Test
  void storeThatIsGone_hidesNoFailure() throws Exception {
    String said =
        python(
            """
            def work():
              with group:
                store.append = None
                raise KeyError("the program's own")
            say(work)
            """);

    assertThat(said).startsWith("KeyError");
  }

  private static String python(String program) throws IOException, InterruptedException {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("jccl_torch.py"))) {
      folder = folder.getParent();
    }
    Process python;
    try {
      python =
          new ProcessBuilder("python3", "-B", "-c", STORE + program)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .start();
    } catch (IOException missing) {
      assumeTrue(false, "there is no python3");
      throw missing;
    }
    String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(python.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(python.exitValue()).describedAs(said).isZero();
    return said.strip();
  }
}
