// A struct described once, and found in a text with its place: example_extract MODEL.gguf TEXT
#include <cstdio>
#include <string>
#include <vector>

#include <linnet/linnet.h>

namespace {

struct Loan {
  linnet::FieldValue book;
  std::string person;
  static std::vector<linnet::FieldOf<Loan>> linnet_fields() {
    return {{"book", "the title of a book that was lent", &Loan::book},
            {"person", "who has it now", &Loan::person}};
  }
};

// A handful is enough to begin with; fifty find far more.
std::string examples() {
  const auto loan = [](const char* text, const char* book, const char* person) {
    Loan found;
    found.book.value = book;
    found.person = person;
    return linnet::example_of<Loan>(text, {found}) + "\n";
  };
  return loan("Mara took The Long Ships home on Friday.", "The Long Ships", "Mara") +
         loan("I gave Tobias my copy of Middlemarch.", "Middlemarch", "Tobias") +
         loan("Walden is with Ines until May.", "Walden", "Ines") +
         loan("Jonas borrowed A Room with a View again.", "A Room with a View", "Jonas") +
         linnet::example_of<Loan>("Nobody came to the library today.", {}) + "\n";
}

int run(const char* path, const char* text) {
  const auto model = linnet::Model::load(path).value();
  linnet::ExtractOptions options;
  options.schema = linnet::schema_of<Loan>();
  options.examples = examples();
  auto extractor = linnet::Extractor::create(model, options).value();
  for (const Loan& loan : linnet::extract<Loan>(extractor, text).value()) {
    std::printf("%s has '%s' (bytes %zu to %zu, probability %.2f)\n", loan.person.c_str(),
                loan.book.value.c_str(), loan.book.begin, loan.book.end, loan.book.probability);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: example_extract MODEL.gguf TEXT\n");
    return 2;
  }
  try {
    return run(argv[1], argv[2]);
  } catch (const linnet::Exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
