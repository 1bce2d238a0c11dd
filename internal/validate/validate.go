// Package validate decides whether a value is what its shape promises: check
// digits, registered prefixes, possible dates, addresses that parse.
//
// A validator takes the value as it was written, with the separators people put
// between groups. It says nothing about context: a nine-digit number that
// passes a check digit by chance passes here, and the rule that names the
// validator must ask for a key or a keyword as well.
package validate

import (
	"maps"
	"slices"
)

// Func reports whether value is a possible one. It does not allocate on the
// paths that most candidates take, keeps nothing of value, and is safe for
// concurrent use.
type Func func(value string) bool

// funcs holds every validator by the name a rule gives it.
var funcs = map[string]Func{
	// Money.
	"luhn":     luhn,
	"card":     card,
	"iban":     iban,
	"bic":      bic,
	"aba":      aba,
	"bitcoin":  bitcoin,
	"ethereum": ethereum,
	"clabe":    clabe,
	"cbu":      cbu,
	"ccc":      ccc,
	"rib":      rib,
	"no-konto": noKonto,

	// North America.
	"ssn":  ssn,
	"itin": itin,
	"sin":  sin,
	"rfc":  rfc,
	"curp": curp,

	// South and Central America.
	"cpf":       cpf,
	"cnpj":      cnpj,
	"rut":       rut,
	"cuit":      cuit,
	"cedula-ec": cedulaEC,
	"cedula-uy": cedulaUY,
	"cedula-do": cedulaDO,
	"nit":       nit,
	"ruc-pe":    rucPE,
	"rif":       rif,
	"dui":       dui,
	"ruc-py":    rucPY,
	"nit-gt":    nitGT,
	"cui-gt":    cuiGT,
	"pis":       pis,
	"mx-nss":    mxNSS,

	// Europe.
	"nino":           nino,
	"utr":            utr,
	"dni":            dni,
	"nie":            nie,
	"cif":            cif,
	"nif":            nif,
	"nuss":           nuss,
	"codice-fiscale": codiceFiscale,
	"partita-iva":    partitaIVA,
	"nir":            nir,
	"spi":            spi,
	"steuer-id":      steuerID,
	"rvnr":           rvnr,
	"kvnr":           kvnr,
	"lanr":           lanr,
	"ausweis":        ausweis,
	"ust-id":         ustID,
	"bsn":            bsn,
	"be-rrn":         beRRN,
	"lu-id":          luID,
	"pesel":          pesel,
	"nip":            nip,
	"regon":          regon,
	"personnummer":   personnummer,
	"orgnr":          orgnr,
	"fodselsnummer":  fodselsnummer,
	"cpr":            cpr,
	"hetu":           hetu,
	"kennitala":      kennitala,
	"ahv":            ahv,
	"svnr":           svnr,
	"amka":           amka,
	"afm":            afm,
	"cnp":            cnp,
	"egn":            egn,
	"jmbg":           jmbg,
	"oib":            oib,
	"rodne-cislo":    rodneCislo,
	"isikukood":      isikukood,
	"personas-kods":  personasKods,
	"pps":            pps,
	"pt-nif":         ptNIF,
	"adoazonosito":   adoazonosito,
	"taj":            taj,
	"inn":            inn,
	"snils":          snils,
	"rnokpp":         rnokpp,
	"tc-kimlik":      tcKimlik,
	"vkn":            vkn,
	"ico":            ico,
	"pl-id":          plID,
	"davcna":         davcna,
	"cy-tic":         cyTIC,
	"lnch":           lnch,
	"idnp":           idnp,

	// Middle East, Africa, Asia, Oceania.
	"tz":        tz,
	"za-id":     zaID,
	"aadhaar":   aadhaar,
	"pan":       pan,
	"gstin":     gstin,
	"kr-rrn":    krRRN,
	"kr-brn":    krBRN,
	"my-number": myNumber,
	"cn-id":     cnID,
	"nric":      nric,
	"hkid":      hkid,
	"twid":      twid,
	"thai-id":   thaiID,
	"tfn":       tfn,
	"medicare":  medicare,
	"abn":       abn,
	"acn":       acn,
	"ird":       ird,
	"ir-id":     irID,
	"sa-id":     saID,
	"ae-id":     aeID,
	"kw-civil":  kwCivil,
	"kz-iin":    kzIIN,
	"pinfl":     pinfl,
	"npwp":      npwp,

	// Health.
	"nhs": nhs,
	"npi": npi,
	"dea": dea,
	"mbi": mbi,
	"nhi": nhi,

	// Travel, things.
	"mrz":   mrz,
	"vin":   vin,
	"imei":  imei,
	"ean":   ean,
	"orcid": orcid,

	// Network, contact, place.
	"jwt":          jwt,
	"ipv4":         ipv4,
	"ipv6":         ipv6,
	"mac":          mac,
	"hostname":     hostname,
	"email":        email,
	"phone":        phone,
	"phone-number": phoneNumber,
	"lat-long":     latLong,
	"date":         dateText,

	// Secrets.
	"entropy":          entropy,
	"not-placeholder":  notPlaceholder,
	"token-shape":      tokenShape,
	"password-shape":   passwordShape,
	"passphrase-shape": passphraseShape,
	"token-like":       tokenLike,
	"varied":           varied,
	"mixed":            mixed,
}

// Lookup returns the validator that rules call name.
func Lookup(name string) (Func, bool) {
	f, ok := funcs[name]
	return f, ok
}

// Names lists every validator, sorted.
func Names() []string { return slices.Sorted(maps.Keys(funcs)) }
