"""The family of errors. Each message says what happened and what to do next, in one sentence.

FootnoteError
├── SettingError          a setting has a value that cannot be used
├── QuestionError         a question that cannot be asked (empty, too long)
├── TooManyQuestions      more questions wait for their turn than may
├── UnreadableChat        a file that holds no chat that can be taken in, and why
├── DocumentError
│   ├── UnreadableDocument    a file that cannot be taken in, and why
│   │   └── UnreachableAddress    a web address from which nothing can be taken in, and why
│   ├── UnknownDocument       no document, or several, of that id or name
│   ├── PageUnavailable       a page that cannot be shown, and why
│   └── EditError             a title or date that cannot be kept
├── LibraryError
│   ├── LibraryBusy       another process is changing the library
│   ├── LibraryBroken     the library on disk is damaged
│   └── LibraryFull       the disk has no room
└── ModelError
    ├── ModelMissing      the model's files are not there, or not the right ones
    └── ModelFailed       a language model did not write an answer, and why
"""


class FootnoteError(Exception):
    """What a person is told: one sentence, without a traceback."""


class SettingError(FootnoteError):
    """A setting has a value that cannot be used."""


class QuestionError(FootnoteError):
    """The question cannot be asked as it is."""


class TooManyQuestions(FootnoteError):
    """More questions wait for their turn than may."""


class UnreadableChat(FootnoteError):
    """The file holds no chat that can be taken in."""


class DocumentError(FootnoteError):
    """Something is wrong with one document; the others are not concerned."""


class UnreadableDocument(DocumentError):
    """The file cannot be taken in."""


class UnreachableAddress(UnreadableDocument):
    """Nothing can be taken in from the web address."""


class UnknownDocument(DocumentError):
    """The library has no such document, or several."""


class PageUnavailable(DocumentError):
    """The page cannot be shown as a picture; its text can."""


class EditError(DocumentError):
    """The title or date cannot be kept as it is."""


class LibraryError(FootnoteError):
    """Something is wrong with the library as a whole."""


class LibraryBusy(LibraryError):
    """Another process is changing the library."""


class LibraryBroken(LibraryError):
    """The library on disk is damaged."""


class LibraryFull(LibraryError):
    """The disk that holds the library has no room."""


class ModelError(FootnoteError):
    """A model cannot be used."""


class ModelMissing(ModelError):
    """The model's files are not there, or are not what they should be."""


class ModelFailed(ModelError):
    """A language model did not write: the message says why, and never holds a key.

    Attributes:
        may_pass: trying again may help.
        wait_s: seconds that the server asked to wait before.
    """

    def __init__(
        self, message: str, *, may_pass: bool = False, wait_s: float | None = None
    ) -> None:
        super().__init__(message)
        self.may_pass = may_pass
        self.wait_s = wait_s
