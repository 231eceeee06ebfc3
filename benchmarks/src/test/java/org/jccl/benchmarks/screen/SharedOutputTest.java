package org.jccl.benchmarks.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SharedOutputTest {
  @Test
  void whoClosesItEndsItForNobody() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream shared = new SharedOutput(new PrintStream(bytes, false, StandardCharsets.UTF_8));
    try (PrintWriter program = new PrintWriter(shared, false, StandardCharsets.UTF_8)) {
      program.print("grüße");
    }
    shared.print(" and more");

    assertThat(shared.checkError()).isFalse();
    assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("grüße and more");
  }

  @Test
  void whatCannotBeWrittenIsStillAnError() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int one) throws IOException {
            throw new IOException("no space left");
          }
        };
    PrintStream shared = new SharedOutput(new PrintStream(full, false, StandardCharsets.UTF_8));
    shared.print("lost");

    assertThat(shared.checkError()).isTrue();
  }
}
