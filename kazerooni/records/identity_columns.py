"""Identity columns: headings that stand for a name, a birth date, an id or an address, in five languages."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Compared without accents, blanks, dashes and case: "Prénom (patient)" is "prenompatient".
_ENGLISH: Final = (
    "name patientname patname patientsname nameofpatient fullname initials address street city town postcode zip "
    "zipcode phone telephone mobile email mail birth born yearofbirth birthyear monthofbirth placeofbirth birthplace "
    "patientid patientsid patid hospitalid hospitalno hospitalnumber patientnumber patientno casenumber caseid "
    "accession accessionnumber recordnumber medicalrecordnumber medicalrecord nhsnumber nhsno nationalid ssn "
    "socialsecuritynumber insurancenumber passport photo "
)
_GERMAN: Final = (
    "patientenname namedespatienten adresse anschrift strasse ort wohnort plz postleitzahl telefon handy geboren "
    "gebdat geburtsjahr geburtsort patientenid patientennr patientennummer fallnummer fallnr fallid krankenhausnummer "
    "versichertennummer versicherungsnummer krankenversichertennummer kvnr sozialversicherungsnummer svnr ahvnummer "
)
_FRENCH: Final = (
    "nom nomdupatient nompatient nometprenom rue ville codepostal courriel ddn datenaiss neele nele anneedenaissance "
    "lieudenaissance ipp iep numerodossier ndossier numerodedossier nodossier numeropatient numerodesecuritesociale "
    "nir nss"
)
_SPANISH: Final = (
    "nombre nombrecompleto nombreyapellidos direccion calle ciudad codigopostal telefono correo correoelectronico "
    "fnac fechanac anodenacimiento lugardenacimiento historiaclinica numerodehistoria numerohistoria nhc dni nif nie "
    "cip"
)
_ITALIAN: Final = (
    "nome nomecognome cognomenome nomeecognome nominativo indirizzo via citta cap cellulare natoil nataail "
    "annodinascita luogodinascita codicefiscale codicesanitario numerocartella cartellaclinica tesserasanitaria"
)
_WHOLE: Final = frozenset(f"{_ENGLISH} {_GERMAN} {_FRENCH} {_SPANISH} {_ITALIAN}".split())
# Of these, a part of the heading is enough.
_PARTS: Final = (
    *(
        "surname",
        "firstname",
        "lastname",
        "givenname",
        "familyname",
        "middlename",
        "maidenname",
        "forename",
        "birthdate",
    ),
    *("birthday", "dateofbirth", "medicalrecord", "vorname", "nachname", "familienname", "geburtsname", "geburtsdatum"),
    *("geburtstag", "gebdatum", "prenom", "nomdefamille", "nomdenaissance", "naissance", "apellido", "nacimiento"),
    *("cognome", "nascita", "codicefiscale", "patientname", "nombredel", "nombrede", "patientenname"),
)
# Of these, a word of the heading is enough.
_WORDS: Final = frozenset({"dob", "mrn", "ssn", "name", "nom", "nombre", "nome", "dni", "ddn", "nhc", "email"})


@lru_cache(maxsize=4096)
def is_identity(heading: str) -> bool:
    """Tell whether a heading, of a column or a member that is otherwise unknown, stands for who a patient is.

    >>> [is_identity(h) for h in ("Date of birth", "Prénom", "geb. Datum", "MRN", "patient MRN", "kernel")]
    [True, True, True, True, True, False]
    """
    bare = "".join(c for c in unicodedata.normalize("NFKD", heading.casefold()) if not unicodedata.combining(c))
    words = re.findall(r"[a-z0-9]+", bare)
    squashed = "".join(words)
    return squashed in _WHOLE or not _WORDS.isdisjoint(words) or any(part in squashed for part in _PARTS)
