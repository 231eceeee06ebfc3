package org.jccl.fidelity.golden;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jccl.file.BoundedFile;
import org.jspecify.annotations.Nullable;

/**
 * A folder, or a package of the class path, with {@code summary.json} and {@code results.jsonl.gz}.
 */
public final class GoldenRecording {
  private static final String SUMMARY = "summary.json";
  private static final String PACKED = "results.jsonl.gz";
  private static final int MOST_OF_SUMMARY = 64 << 20;
  private static final long MOST_OF_RESULTS = 64L << 30;
  private static final String PLAIN = "results.jsonl";

  /** Gives a file's content, or null if there is none. */
  private interface Opener {
    @Nullable InputStream open(String file) throws IOException;
  }

  /**
   * Where the files of a recording come from.
   *
   * @param folder stands before their names in complaints
   */
  private record Place(Path folder, Opener files) {
    @Nullable InputStream open(String file) throws IOException {
      return files.open(file);
    }

    String name(String file) {
      return folder.resolve(file).toString();
    }
  }

  private final Place place;
  private final Summary summary;

  private GoldenRecording(Place place) {
    this.place = place;
    this.summary = readSummary();
  }

  /**
   * The recording in {@code folder}.
   *
   * @throws BadRecordingException if there is none, or its summary cannot be used
   */
  public static GoldenRecording open(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new BadRecordingException("'" + folder + "' is no folder");
    }
    return new GoldenRecording(
        new Place(
            folder,
            file -> {
              Path path = folder.resolve(file);
              return Files.exists(path) ? BoundedFile.open(path) : null;
            }));
  }

  /** The recordings that come with the program: a choice of those made on H200s. */
  public static GoldenRecording committed() {
    return new GoldenRecording(
        new Place(
            Path.of("h200"), file -> GoldenRecording.class.getResourceAsStream("h200/" + file)));
  }

  /** What it says about itself. */
  public Summary summary() {
    return summary;
  }

  private Summary readSummary() {
    String name = place.name(SUMMARY);
    try (InputStream in = required(SUMMARY)) {
      byte[] bytes = in.readNBytes(MOST_OF_SUMMARY + 1);
      if (bytes.length > MOST_OF_SUMMARY) {
        throw new BadRecordingException(
            name + ": has more than " + (MOST_OF_SUMMARY >> 20) + " MiB: is it the right file?");
      }
      return Summary.read(name, new String(bytes, StandardCharsets.UTF_8));
    } catch (IOException unreadable) {
      throw new BadRecordingException(name + ": cannot be read: " + BoundedFile.why(unreadable));
    }
  }

  private InputStream required(String file) throws IOException {
    InputStream in = place.open(file);
    if (in == null) {
      throw new BadRecordingException(place.name(file) + ": is missing");
    }
    return in;
  }

  /**
   * Reads all lines, one at a time.
   *
   * @throws BadRecordingException at the first line that cannot be used
   */
  public void forEach(Consumer<Entry> reader) {
    String file = PACKED;
    int line = 0;
    try {
      InputStream packed = place.open(PACKED);
      if (packed == null) {
        file = PLAIN;
      }
      EntryReader entries = new EntryReader(place.name(file), summary);
      try (BoundedFile lines =
          BoundedFile.linesOf(
              "",
              packed == null ? required(PLAIN) : BoundedFile.unpacked(packed, MOST_OF_RESULTS))) {
        for (String text = lines.readLine(); text != null; text = lines.readLine()) {
          line++;
          reader.accept(entries.read(text, line));
        }
      }
    } catch (IOException unreadable) {
      throw broken(file, line + 1, unreadable);
    }
    if (line == 0) {
      throw new BadRecordingException(place.name(file) + ":1: the file is empty");
    }
  }

  private BadRecordingException broken(String file, int line, IOException why) {
    return new BadRecordingException(
        place.name(file)
            + ":"
            + line
            + ": the file is cut off or damaged from here on ("
            + reason(why)
            + ")");
  }

  /**
   * What stopped the lines, without what {@link BoundedFile} says of the place: it is told before.
   */
  private static String reason(IOException why) {
    return why.getCause() instanceof IOException cause
        ? BoundedFile.why(cause)
        : BoundedFile.why(why);
  }
}
